import {
  endSessionsOfKey,
  holdUserToChange,
  removeSignInKeys,
  unexpiredCertificatesOfSignInKey,
  unexpiredUserCertificates,
  withdrawMadeByKey,
  type CertificateRef,
  type Transaction,
} from '@writ/storage';
import { takenSince, type TrustEnding } from '../revocations/end-trust.js';

interface SignInKeyEnded {
  readonly sessionsEnded: number;
  readonly joinTokens: number;
  readonly invitations: number;
  readonly certificates: readonly CertificateRef[];
}

/**
 * Takes a registered key from a service account (id), in a transaction that holds `lockTrust` and has raised the account's epoch: it
 * signs in no more, and the sessions that it opened end, with the join tokens and invitations that were made in them. Resolves to how many
 * those were, and to the certificates that were issued in them or for the key: for the caller to revoke.
 */
export async function endSignInKey(
  tx: Transaction,
  services: Pick<TrustEnding, 'clock'>,
  organizationId: string,
  { userId, fingerprint }: { readonly userId: string; readonly fingerprint: string },
): Promise<SignInKeyEnded> {
  // Somebody may be signing in with it: they are done, and ended here, or find no key.
  await holdUserToChange(tx, organizationId, userId);
  const end = { at: new Date(services.clock()), reason: 'key_removed' };
  await removeSignInKeys(tx, organizationId, { fingerprint }, end.at);
  const sessions = { userId, keyFingerprint: fingerprint };
  const sessionsEnded = await endSessionsOfKey(tx, organizationId, sessions, end);
  const since = takenSince(services);
  const issued = [
    ...(await unexpiredCertificatesOfSignInKey(tx, organizationId, sessions, since)),
    ...(await unexpiredUserCertificates(tx, organizationId, userId, since, fingerprint)),
  ];
  const distinct = new Map(issued.map((one) => [`${one.authorityId} ${one.serial}`, one]));
  const made = await withdrawMadeByKey(tx, organizationId, { userId, fingerprint });
  return { sessionsEnded, certificates: [...distinct.values()], ...made };
}
