import {
  raiseEpochs,
  trustedUserKeys,
  type CertificateRef,
  type LeftBehind,
  type RevocationGround,
  type RevokedKey,
  type Transaction,
} from '@writ/storage';
import { endTrust, type PartOf, type TrustEnding } from '../revocations/end-trust.js';
import { endSignInKey } from './end-sign-in-key.js';

/**
 * Takes keys from the service accounts that they open, with everything that rested on them, in a transaction that holds `lockTrust`:
 * their sessions end, what was issued in these or for the keys is revoked, and so are the keys that were ever used. Resolves to
 * how many sessions and certificates that were. Rejects as `publishKrl` does.
 */
export async function endRegisteredKeys(
  tx: Transaction,
  services: TrustEnding,
  ground: RevocationGround,
  keys: LeftBehind['keys'],
  part: PartOf = {},
): Promise<{ readonly sessionsEnded: number; readonly certificates: number }> {
  if (keys.length === 0) return { sessionsEnded: 0, certificates: 0 };
  const { organizationId } = ground;
  const accounts = [...new Set(keys.map((key) => key.userId))];
  // First the epochs: they wait for what is just being recorded, so that the certificates read after them are all there are.
  await raiseEpochs(tx, organizationId, accounts);
  let sessionsEnded = 0;
  const ending: CertificateRef[] = [];
  for (const key of keys) {
    const ended = await endSignInKey(tx, services, organizationId, key);
    sessionsEnded += ended.sessionsEnded;
    ending.push(...ended.certificates);
  }
  const registered = new Set(keys.map(({ fingerprint }) => fingerprint));
  const proved: RevokedKey[] = [];
  for (const account of accounts) proved.push(...(await trustedUserKeys(tx, organizationId, account)));
  const what = {
    certificates: [...new Map(ending.map((one) => [`${one.authorityId} ${one.serial}`, one])).values()],
    keys: proved.filter(({ fingerprint }) => registered.has(fingerprint)),
  };
  const { certificates } = await endTrust(tx, services, ground, what, part);
  return { sessionsEnded, certificates };
}
