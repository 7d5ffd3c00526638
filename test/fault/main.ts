import { parseArgs } from 'node:util';
import { runRevocationRounds } from './revocation-rounds.js';
import { runRounds, type FaultReport, type RoundReport } from './rounds.js';

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
const tell =
  (what: string) =>
  ({ round, victim, after, recovery, received }: RoundReport): void =>
    void process.stdout.write(
      `${String(round).padStart(4)}  ${victim.padEnd(24)} killed after ${String(after).padStart(3)} ms, ` +
        `at work again after ${String(recovery).padStart(5)} ms, ${received} ${what}\n`,
    );

/** Says what came of it; true when all is well. */
function say({ received, wrong }: FaultReport, well: string): boolean {
  for (const line of wrong) process.stdout.write(`WRONG: ${line}\n`);
  const again = `again with: npm run fault -- --rounds ${rounds} --seed ${seed}`;
  process.stdout.write(`${wrong.length === 0 ? `${received} ${well}` : again}\n`);
  return wrong.length === 0;
}

process.stdout.write(
  `kill -9 of the API and its PostgreSQL while it issues, ${rounds} times, seed ${seed}\n`,
);
const issuing = say(
  await runRounds({ rounds, seed, tell: tell('certificates received') }),
  'certificates received: every one is in the database, no serial twice',
);
process.stdout.write(`the same while it revokes\n`);
const revoking = say(
  await runRevocationRounds({ rounds, seed, tell: tell('revocations answered in this round and before') }),
  'revocations answered: every one is in the KRL, none by half, and KRL versions only rose',
);
process.exit(issuing && revoking ? 0 : 1);
