import { cutListText } from '@writ/hosts';
import { findOrganization, insertCutList, liveCuts, type Transaction } from '@writ/storage';
import type { TrustEnding } from './end-trust.js';

/** How long lists name what is to be ended (ms): a host that was off for a while ends it, too. */
export const cutKept = 7 * 24 * 3600 * 1000;

/** A list of so many entries is never longer than a host takes; what was added first makes room. */
const mostEntries = 36_000;

/**
 * Makes the organization's next cut list, of all that is to be ended now, in a transaction that holds `lockTrust`. Its number is
 * that of the KRL (`krlVersion`) that the same transaction publishes: it never falls, whatever becomes of the database.
 */
export async function publishCutList(
  tx: Transaction,
  { clock }: Pick<TrustEnding, 'clock'>,
  organizationId: string,
  krlVersion: bigint,
): Promise<void> {
  const now = clock();
  const organization = await findOrganization(tx, organizationId);
  if (organization === null) throw new TypeError('a cut list is an organization’s');
  const entries = await liveCuts(tx, organizationId, new Date(now), mostEntries);
  const madeAt = BigInt(Math.floor(now / 1000));
  const identity = { organization: organization.handle, number: krlVersion, madeAt };
  await insertCutList(tx, organizationId, { number: krlVersion, text: cutListText(identity, entries) });
}
