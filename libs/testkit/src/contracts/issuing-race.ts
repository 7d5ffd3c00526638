import { isCodedError } from '@writ/kernel';
import {
  issueCertificate,
  type IssuancePorts,
  type IssuanceRequest,
  type IssuedCertificate,
} from '@writ/issuance';
import { below, seededChance, type Chance } from '../fixtures/seeded.js';

/** What somebody may lose while certificates that rest on it are being issued. */
export const losses = [
  'the account is disabled',
  'the role is revoked',
  'the role loses a login',
  'the key is revoked',
  'the authority is retired',
] as const;
export type Loss = (typeof losses)[number];

/** The login that a role loses. */
export const lostLogin = 'root';

/** One person with one role, one proved key and one authority, all new. */
export interface Scene {
  /**
   * What the API would load for a request now; null when it would not even let the caller in. Epochs are read before what they
   * stand for, or in one snapshot with it.
   */
  load(): Promise<IssuanceRequest | null>;
  /**
   * Takes it away, and resolves when that is answered: to the serials of the scene's certificates that were recorded when it
   * took effect, read in the same transaction. Those it revokes; there must be no others.
   */
  lose(what: Loss): Promise<ReadonlySet<bigint>>;
}

/** Where issuing and losing race. */
export interface RaceWorld {
  readonly ports: IssuancePorts;
  scene(): Promise<Scene>;
  /** Lets a little time pass. */
  pause(): Promise<void>;
  close(): Promise<void>;
}

/** What became of the races that were run. */
export interface RaceTally {
  /** Certificates that rest on what was lost and that the loss did not find. */
  escaped: number;
  /** Certificates that rest on what was lost and were returned only after the loss had been answered. */
  late: number;
  returned: number;
  stale: number;
  refused: number;
}

/** Runs `count` races, and says how they ended. Throws what issuing ends in beside its refusals. */
export async function raceIssuing(world: RaceWorld, count: number, chance: Chance): Promise<RaceTally> {
  const tally: RaceTally = { escaped: 0, late: 0, returned: 0, stale: 0, refused: 0 };
  for (let i = 0; i < count; i++)
    await raceOnce(world, losses[i % losses.length] ?? losses[0], chance, tally);
  return tally;
}

async function raceOnce(world: RaceWorld, loss: Loss, chance: Chance, tally: RaceTally): Promise<void> {
  const scene = await world.scene();
  const returned: bigint[] = [];
  let answered = false;

  async function issueTwice(): Promise<void> {
    for (let attempt = 0; attempt < 2; attempt++) {
      const issued = await issue(world, scene, tally);
      if (issued === null) continue;
      tally.returned += 1;
      if (!restsOn(issued, loss)) continue;
      returned.push(issued.record.serial);
      if (answered) tally.late += 1;
    }
  }

  async function lose(): Promise<ReadonlySet<bigint>> {
    for (let pauses = below(16, chance); pauses > 0; pauses--) await world.pause();
    const found = await scene.lose(loss);
    answered = true;
    return found;
  }

  const [found] = await Promise.all([lose(), issueTwice(), issueTwice(), issueTwice()]);
  tally.escaped += returned.filter((serial) => !found.has(serial)).length;
}

async function issue(world: RaceWorld, scene: Scene, tally: RaceTally): Promise<IssuedCertificate | null> {
  const request = await scene.load();
  if (request === null) {
    tally.refused += 1;
    return null;
  }
  try {
    return await issueCertificate(world.ports, request);
  } catch (error) {
    if (isCodedError(error, 'decision_stale')) tally.stale += 1;
    else if (isCodedError(error, 'request_refused')) tally.refused += 1;
    else throw error;
    return null;
  }
}

function restsOn({ certificate }: IssuedCertificate, loss: Loss): boolean {
  return loss !== 'the role loses a login' || certificate.validPrincipals.includes(lostLogin);
}

/**
 * Registers the test that nobody gets a certificate out of what was taken from them. `count` races; `orderly`: answers are
 * delivered in the order in which their transactions took effect, so that nothing is returned late either.
 */
export function issuingRaceContract(
  name: string,
  open: () => Promise<RaceWorld>,
  { count, orderly, seed = 1 }: { readonly count: number; readonly orderly: boolean; readonly seed?: number },
): void {
  describe(`issuing and losing access race (${name})`, () => {
    let world: RaceWorld;
    beforeAll(async () => {
      world = await open();
    });
    afterAll(() => world.close());

    it(`${count} times, and no certificate that rested on what was lost gets away`, async () => {
      const tally = await raceIssuing(world, count, seededChance(seed));
      expect(tally.escaped).toBe(0);
      if (orderly) expect(tally.late).toBe(0);
      // Otherwise nothing raced.
      expect(tally.stale).toBeGreaterThan(0);
      expect(tally.refused).toBeGreaterThan(0);
      expect(tally.returned).toBeGreaterThan(0);
    }, 300_000);
  });
}
