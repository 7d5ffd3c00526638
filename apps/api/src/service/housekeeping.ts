import {
  forgetAnswers,
  forgetAttempts,
  forgetChallenges,
  forgetCutLists,
  forgetKrls,
  forgetHostChallenges,
  forgetHostKeyRequests,
  forgetSessions,
  forgetStatements,
  listOrganizationIds,
  type ScopedDatabase,
} from '@writ/storage';
import type { Logger } from 'pino';
import { knownFor, memory } from '../auth/throttle.js';
import { publishExpired } from '../revocations/publish-expired.js';
import type { KrlPublishing } from '../revocations/publish-krl.js';
import { repeatedly } from './repeatedly.js';

const hour = 3_600_000;
const day = 24 * hour;
/**
 * How long sessions stay to be looked at after their end, answers under an Idempotency-Key after they were given, and KRLs
 * after they were published (ms).
 */
const kept = { sessions: 30 * day, answers: day, krls: 7 * day };
/** So many KRLs of an organization stay however old they are. */
const keptKrls = 50;

/**
 * Forgets, every hour, what nobody needs any more, KRLs what they need not say any more. What it misses it does the next time.
 * @returns stops it
 */
export function housekeeping(
  services: KrlPublishing & { readonly store: ScopedDatabase },
  log: Logger,
  every = hour,
): () => Promise<void> {
  const failed = (error: unknown) => log.warn({ err: error }, 'housekeeping was put off');
  return repeatedly({ work: () => tidy(services), every, atOnce: false, failed });
}

/** Does it once, one organization after the other. Rejects as the database does. */
export async function tidy(services: KrlPublishing & { readonly store: ScopedDatabase }): Promise<void> {
  const { store, clock } = services;
  const now = clock();
  for (const id of await store.unscoped(listOrganizationIds)) {
    await store.within([id], async (tx) => {
      await forgetSessions(tx, id, new Date(now - kept.sessions));
      await forgetAttempts(tx, id, {
        failedBefore: new Date(now - memory),
        succeededBefore: new Date(now - knownFor),
      });
      await forgetAnswers(tx, id, new Date(now - kept.answers));
      await forgetChallenges(tx, id, new Date(now));
      await forgetKrls(tx, id, new Date(now - kept.krls), keptKrls);
      await forgetCutLists(tx, id, new Date(now), new Date(now - kept.krls));
      await forgetStatements(tx, id);
      await forgetHostChallenges(tx, id, new Date(now));
      await forgetHostKeyRequests(tx, id, new Date(now));
    });
    await publishExpired(services, id);
  }
}
