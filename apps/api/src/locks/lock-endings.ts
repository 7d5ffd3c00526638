import {
  endDueLocks,
  lockTrust,
  organizationsWithDueLocks,
  recordEvents,
  type ScopedDatabase,
} from '@writ/storage';
import type { Logger } from 'pino';
import type { KrlPublishing } from '../revocations/publish-krl.js';
import { inEveryOrganization } from '../service/in-every-organization.js';
import { repeatedly } from '../service/repeatedly.js';
import { settleEnded } from './settle-ended.js';

/** How often it is looked whether a lock's time is over (ms): locks end so much later at most. */
const every = 10_000;

type Services = KrlPublishing & { readonly store: ScopedDatabase };

/**
 * Ends locks when their time is over, at the start also those whose time was over while no service ran. Every process of the
 * service looks; whoever takes the organization's turn first ends a lock, and the others find nothing. What cannot be done now is
 * done the next time: a lock lasts longer, then, and never shorter.
 * @returns stops it
 */
export function lockEndings(services: Services, log: Logger): () => Promise<void> {
  const failed = (error: unknown) => log.warn({ err: error }, 'ending locks was put off');
  return repeatedly({ work: () => endLocks(services), every, atOnce: true, failed });
}

/** Ends every lock whose time is over, one organization after the other. Rejects as the database and `publishKrl` do. */
export async function endLocks(services: Services): Promise<void> {
  const now = new Date(services.clock());
  const due = await inEveryOrganization(services.store, (tx) => organizationsWithDueLocks(tx, now));
  for (const id of due) await endLocksIn(services, id);
}

function endLocksIn(services: Services, organizationId: string): Promise<void> {
  return services.store.within([organizationId], async (tx) => {
    await lockTrust(tx, organizationId);
    const ended = await endDueLocks(tx, organizationId, new Date(services.clock()));
    if (ended.length === 0) return;
    await settleEnded(tx, services, organizationId, ended);
    const told = { organizationId, kind: 'user.unlocked', actor: null, requestId: null };
    await recordEvents(
      tx,
      ended.map(({ subject, userId }) => {
        const data = { byItself: true, ...(userId === null ? { delegated: true } : {}) };
        return { ...told, subject, data };
      }),
    );
  });
}
