import {
  raiseEpochs,
  recordEvent,
  trustedUserKeys,
  withdrawOutsiders,
  type CertificateRef,
  type NewEvent,
  type RevokedKey,
  type Transaction,
} from '@writ/storage';
import { endTrust, type TrustEnding } from '../revocations/end-trust.js';
import { endSignInKey } from '../service-accounts/end-sign-in-key.js';

/** Who brings the first owner in, as the event says it. */
type HandingOver = Pick<NewEvent, 'organizationId' | 'actor' | 'requestId'> & {
  readonly subject: string;
  readonly outside?: string | null;
};

/**
 * Makes an organization its own when its first owner becomes active, in a transaction that holds `lockTrust`: whoever acted in
 * it from outside until now keeps nothing that lets them or theirs in. Their join tokens are used up, their open invitations
 * withdrawn, and the keys that they registered for service accounts end with everything that rested on them. Rejects as
 * `publishKrl` does.
 */
export async function endOutsiders(tx: Transaction, services: TrustEnding, by: HandingOver): Promise<void> {
  const { organizationId, actor, subject, requestId, outside = null } = by;
  const left = await withdrawOutsiders(tx, organizationId);
  if (left.joinTokens + left.invitations + left.keys.length === 0) return;
  const accounts = [...new Set(left.keys.map((key) => key.userId))];
  // First the epochs: they wait for what is just being recorded, so that the certificates read after them are all there are.
  await raiseEpochs(tx, organizationId, accounts);
  let sessionsEnded = 0;
  const ending: CertificateRef[] = [];
  for (const key of left.keys) {
    const ended = await endSignInKey(tx, services, organizationId, key);
    sessionsEnded += ended.sessionsEnded;
    ending.push(...ended.certificates);
  }
  const registered = new Set(left.keys.map(({ fingerprint }) => fingerprint));
  const proved: RevokedKey[] = [];
  for (const account of accounts) proved.push(...(await trustedUserKeys(tx, organizationId, account)));
  const reason = 'the organization has an owner of its own';
  const ground = { organizationId, reason, cause: 'key', createdById: actor?.id ?? null } as const;
  const { certificates } = await endTrust(tx, services, ground, {
    certificates: [...new Map(ending.map((one) => [`${one.authorityId} ${one.serial}`, one])).values()],
    keys: proved.filter(({ fingerprint }) => registered.has(fingerprint)),
  });
  const { joinTokens, invitations, keys } = left;
  await recordEvent(tx, {
    ...{ organizationId, kind: 'organization.handed_over', actor, subject, requestId },
    data: {
      ...{ joinTokens, invitations, keys: keys.length, sessionsEnded, certificates },
      ...(outside === null ? {} : { outside }),
    },
  });
}
