import {
  raiseEpochs,
  recordEvent,
  trustedUserKeys,
  withdrawOutsiders,
  type CertificateRef,
  type LeftByOutsiders,
  type NewEvent,
  type RevocationGround,
  type RevokedKey,
  type Transaction,
} from '@writ/storage';
import { endTrust, type TrustEnding } from '../revocations/end-trust.js';
import { endSignInKey } from '../service-accounts/end-sign-in-key.js';
import { closeAccount } from '../users/close-account.js';

/** Who brings the first owner in, as the event says it, and the owner's account (id). */
type HandingOver = Pick<NewEvent, 'organizationId' | 'actor' | 'requestId'> & {
  readonly ownerId: string;
  readonly subject: string;
  readonly outside?: string | null;
};

/**
 * Makes an organization its own when its first owner becomes active, in a transaction that holds `lockTrust`: whoever acted in
 * it from outside until now keeps nothing that lets them or theirs in. Their join tokens are used up, their open invitations
 * withdrawn, and the accounts that they opened, whoever uses them, and the keys that they registered for service accounts end with
 * everything that rested on them: the owner reopens those that are somebody's. Rejects as `publishKrl` does.
 */
export async function endOutsiders(tx: Transaction, services: TrustEnding, by: HandingOver): Promise<void> {
  const { organizationId, ownerId, actor, subject, requestId, outside = null } = by;
  const { joinTokens, invitations, keys, accounts } = await withdrawOutsiders(tx, organizationId, ownerId);
  if (joinTokens + invitations + keys.length + accounts.length === 0) return;
  const ofKeys = await endKeys(tx, services, by, keys);
  const ofAccounts = await closeAccounts(tx, services, by, accounts);
  await recordEvent(tx, {
    ...{ organizationId, kind: 'organization.handed_over', actor, subject, requestId },
    data: {
      ...{ joinTokens, invitations, keys: keys.length, accounts: accounts.map(({ name }) => name) },
      sessionsEnded: ofKeys.sessionsEnded + ofAccounts.sessionsEnded,
      certificates: ofKeys.certificates + ofAccounts.certificates,
      ...(outside === null ? {} : { outside }),
    },
  });
}

interface Ended {
  readonly sessionsEnded: number;
  readonly certificates: number;
}

/** Takes the keys from their service accounts with everything that rested on them. */
async function endKeys(
  tx: Transaction,
  services: TrustEnding,
  by: HandingOver,
  keys: LeftByOutsiders['keys'],
): Promise<Ended> {
  const { organizationId } = by;
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
  const { certificates } = await endTrust(tx, services, groundOf(by, 'key', by.subject), {
    certificates: [...new Map(ending.map((one) => [`${one.authorityId} ${one.serial}`, one])).values()],
    keys: proved.filter(({ fingerprint }) => registered.has(fingerprint)),
  });
  return { sessionsEnded, certificates };
}

/** Closes the accounts, each with an event of its own, as an owner's `writ user disable` would. */
async function closeAccounts(
  tx: Transaction,
  services: TrustEnding,
  by: HandingOver,
  accounts: LeftByOutsiders['accounts'],
): Promise<Ended> {
  const total = { sessionsEnded: 0, certificates: 0 };
  for (const account of accounts) {
    const ground = groundOf(by, 'user', account.name);
    const { certificates, keys, sessionsEnded } = await closeAccount(tx, services, account, ground);
    total.sessionsEnded += sessionsEnded;
    total.certificates += certificates;
    await recordEvent(tx, {
      ...{
        organizationId: by.organizationId,
        kind: 'user.disabled',
        actor: by.actor,
        requestId: by.requestId,
      },
      ...{ subject: account.name, data: { certificates, keys, sessionsEnded, reason: ground.reason } },
    });
  }
  return total;
}

function groundOf(
  { organizationId, actor }: HandingOver,
  cause: 'key' | 'user',
  subject: string,
): RevocationGround {
  const reason = 'the organization has an owner of its own';
  return { organizationId, reason, cause, subject, createdById: actor?.id ?? null };
}
