import { issuingRaceContract, raceIssuing } from '@writ/testkit/contracts';
import { seededChance } from '@writ/testkit/fixtures';
import { flaws, memoryRaceWorld } from '@writ/testkit/memory';

issuingRaceContract('in memory', () => Promise.resolve(memoryRaceWorld(seededChance(7))), {
  count: 2000,
  orderly: true,
});

describe('the race', () => {
  it.each(flaws)('would notice if %s', async (flaw) => {
    const tally = await raceIssuing(memoryRaceWorld(seededChance(7), flaw), 300, seededChance(1));
    expect(tally.escaped).toBeGreaterThan(0);
  });

  it('ends the same way for the same seed', async () => {
    const [one, two] = await Promise.all(
      [1, 2].map(() => raceIssuing(memoryRaceWorld(seededChance(3)), 100, seededChance(5))),
    );
    expect(one).toEqual(two);
  });
});
