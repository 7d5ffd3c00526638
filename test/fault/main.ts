import { parseArgs } from 'node:util';
import { runRounds } from './rounds.js';

const usage = 'usage: npm run fault -- [--rounds n] [--seed s]\n';

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '50' }, seed: { type: 'string' } },
});
const rounds = Number(values.rounds);
const seed = values.seed === undefined ? Date.now() >>> 0 : Number(values.seed);
if (!Number.isSafeInteger(rounds) || rounds < 1 || !Number.isSafeInteger(seed)) {
  process.stderr.write(usage);
  process.exit(2);
}
process.stdout.write(`kill -9 of the API and its PostgreSQL under load, ${rounds} times, seed ${seed}\n`);
const { received, wrong } = await runRounds({
  rounds,
  seed,
  tell: ({ round, victim, after, recovery, received: count }) =>
    process.stdout.write(
      `${String(round).padStart(4)}  ${victim.padEnd(24)} killed after ${String(after).padStart(3)} ms, ` +
        `issuing again after ${String(recovery).padStart(5)} ms, ${count} certificates received\n`,
    ),
});
for (const line of wrong) process.stdout.write(`WRONG: ${line}\n`);
if (wrong.length > 0)
  process.stdout.write(`again with: npm run fault -- --rounds ${rounds} --seed ${seed}\n`);
else
  process.stdout.write(`${received} certificates received: every one is in the database, no serial twice\n`);
process.exit(wrong.length === 0 ? 0 : 1);
