// `npm start`: builds what is stale, then runs `writ server` in this terminal.
import { build } from './build.mjs';
import { run } from './run.mjs';

await build();
process.exit(
  await run(process.execPath, ['apps/cli/bin/writ.js', 'server', ...process.argv.slice(2)], {
    env: process.env,
  }),
);
