import { runRevocationRounds } from './revocation-rounds.js';
import { runRounds } from './rounds.js';

/** The short form of `npm run fault`. */
describe('kill -9 under load', () => {
  it('loses no certificate that a client received and uses no serial twice, in five rounds', async () => {
    const { received, wrong } = await runRounds({ rounds: 5, seed: 20_260_101 });
    expect(wrong).toEqual([]);
    expect(received).toBeGreaterThan(100);
  }, 180_000);

  it('loses no revocation and does none by half, in two rounds', async () => {
    const { received, wrong } = await runRevocationRounds({ rounds: 2, seed: 20_260_102 });
    expect(wrong).toEqual([]);
    expect(received).toBeGreaterThan(16);
  }, 180_000);
});
