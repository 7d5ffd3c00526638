import {
  currentKrlDigest,
  lockTrust,
  someExpired,
  type ScopedDatabase,
  type Transaction,
} from '@writ/storage';
import { publishKrl, type KrlPublishing } from './publish-krl.js';

/** A KRL that is younger (ms) is not replaced only because it says more than it has to. */
const everySoOften = 3_600_000;

/**
 * Publishes a KRL where the organization's newest says what may be forgotten by now, so that KRLs get shorter also where nothing is
 * revoked any more: at most once an hour, whichever process does it. Resolves to whether it did. Rejects as `publishKrl` does.
 */
export function publishExpired(
  services: KrlPublishing & { readonly store: ScopedDatabase },
  organizationId: string,
): Promise<boolean> {
  return services.store.within([organizationId], async (tx) => {
    if (!(await isDue(tx, services, organizationId))) return false;
    await lockTrust(tx, organizationId);
    // Another process may have been faster.
    if (!(await isDue(tx, services, organizationId))) return false;
    await publishKrl(tx, services, organizationId, { certificates: [], keys: [] });
    return true;
  });
}

async function isDue(tx: Transaction, { clock }: KrlPublishing, organizationId: string): Promise<boolean> {
  const newest = await currentKrlDigest(tx, organizationId);
  const now = clock();
  if (newest === null || newest.createdAt.getTime() > now - everySoOften) return false;
  return someExpired(tx, organizationId, newest.createdAt, new Date(now));
}
