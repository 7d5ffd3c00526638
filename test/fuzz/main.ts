import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { saveInput } from './corpus.js';
import type { FuzzJob, FuzzResult } from './job.js';
import { targets } from './registry.js';

const stallMilliseconds = 10_000;
const corpusFolder = join(process.cwd(), 'test/fuzz/corpus');
const names = targets.map((target) => target.name);
const usage = `usage: npm run fuzz -- <target>|all [--seconds n] [--seed s]\ntargets: ${names.join(' ')}\n`;

/** Fuzzes one target in a thread of its own, so that an input that never ends or eats all memory is seen. */
function fuzzTarget(target: string, seconds: number, seed: number): Promise<boolean> {
  const heartbeat = new SharedArrayBuffer(8);
  const current = new SharedArrayBuffer(64 * 1024);
  const job: FuzzJob = { target, seed, seconds, corpusFolder, heartbeat, current };
  const worker = new Worker(new URL('./worker.mjs', import.meta.url), {
    workerData: job,
    resourceLimits: { maxOldGenerationSizeMb: 512 },
  });
  return new Promise((done) => {
    const fail = (error: string): void => {
      const length = new Int32Array(heartbeat)[1] ?? 0;
      const path = saveInput(corpusFolder, target, 'crash', Buffer.from(new Uint8Array(current, 0, length)));
      process.stdout.write(`${target}: FOUND ${error}\n  seed ${seed}, input saved as ${path}\n`);
      clearInterval(watch);
      void worker.terminate().then(() => done(false));
    };
    let last = -1;
    const watch = setInterval(() => {
      const beat = Atomics.load(new Int32Array(heartbeat), 0);
      if (beat === last) fail(`an input that takes longer than ${stallMilliseconds / 1000} s`);
      last = beat;
    }, stallMilliseconds);
    worker.once('error', (error) =>
      fail(error instanceof Error ? (error.stack ?? error.message) : String(error)),
    );
    worker.once('message', ({ executions, outcomes, saved, crash }: FuzzResult) => {
      clearInterval(watch);
      if (crash === null) {
        process.stdout.write(
          `${target}: clean, ${executions} inputs, ${outcomes} outcomes, ${saved} new saved, seed ${seed}\n`,
        );
      } else {
        process.stdout.write(
          `${target}: FOUND ${crash.error}\n  seed ${seed}, input saved as ${crash.path}\n`,
        );
      }
      void worker.terminate().then(() => done(crash === null));
    });
  });
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seconds: { type: 'string', default: '60' }, seed: { type: 'string' } },
});
const [name = ''] = positionals;
const chosen = name === 'all' ? names : names.filter((each) => each === name);
const seconds = Number(values.seconds);
const seed = values.seed === undefined ? Date.now() >>> 0 : Number(values.seed);
if (positionals.length !== 1 || chosen.length === 0 || !(seconds > 0) || !Number.isSafeInteger(seed)) {
  process.stderr.write(usage);
  process.exit(2);
}
let clean = true;
for (const target of chosen) clean = (await fuzzTarget(target, seconds, seed)) && clean;
process.exit(clean ? 0 : 1);
