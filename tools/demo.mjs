// `npm run demo`: the whole story on real sshds, in a temporary directory, with nothing left behind.
import { constants } from 'node:os';
import { build } from './build.mjs';
import { cleanUp, interrupt, paint, Untrue, wasInterrupted } from './demo/stage.mjs';
import { story } from './demo/story.mjs';
import { ensureCurl, ensureSshd } from './sshd.mjs';

// What was built already is not built again under somebody who uses it.
if (!process.argv.includes('--built')) await build();
const sshdPath = await ensureSshd();
await ensureCurl();
const started = performance.now();
let status = 0;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
  process.on(signal, () => void interrupt().then(() => process.exit(128 + constants.signals[signal])));
try {
  await story(sshdPath);
  process.stdout.write(
    `\n${paint('1', 'All of it really happened,')} in ${Math.round((performance.now() - started) / 1000)} s.\n`,
  );
} catch (error) {
  status = 1;
  // What fails after a signal fails because of it.
  if (!wasInterrupted()) process.stderr.write(`\n${error instanceof Untrue ? error.message : error.stack}\n`);
}
if (!(await cleanUp())) status = 1;
process.exit(status);
