import {
  activeOwners,
  emptyAccounts,
  hasActiveOwner,
  listDelegations,
  raiseEpochs,
  recordEvent,
  recordEvents,
  withdrawLeftByOutsiders,
  type LeftByOutsiders,
  type NewEvent,
  type RevocationGround,
  type Transaction,
} from '@writ/storage';
import { refusal } from '../refusal.js';
import { endTrust, takenSince, type TrustEnding } from '../revocations/end-trust.js';
import { endRegisteredKeys } from '../service-accounts/end-registered-keys.js';

/** Who brings the first owner in, as the event says it, and the owner's account (id). */
type HandingOver = Pick<NewEvent, 'organizationId' | 'actor' | 'requestId'> & {
  readonly ownerId: string;
  readonly subject: string;
  readonly outside?: string | null;
};

/**
 * Makes a change that may give an organization its first owner, in a transaction that holds `lockTrust`, and hands it over to them
 * where it has. One who is locked is not made it: nobody could act there, nor end the lock, before its time. Ends in `grant_refused`;
 * rejects as `publishKrl` does.
 */
export async function handingOver<Changed>(
  tx: Transaction,
  services: TrustEnding,
  by: HandingOver,
  change: () => Promise<Changed>,
): Promise<Changed> {
  const hadOwner = await hasActiveOwner(tx, by.organizationId);
  const changed = await change();
  if (hadOwner || !(await hasActiveOwner(tx, by.organizationId))) return changed;
  if ((await activeOwners(tx, by.organizationId)).length === 0) throw refusal('grant_refused', [locked]);
  await endOutsiders(tx, services, by);
  return changed;
}

const locked = {
  rule: 'owner_locked',
  message:
    'The account is locked and would be the only owner: nobody could act here, nor end the lock, before its time. End the lock first: `writ unlock --user`.',
};

/**
 * Makes an organization its own when its first owner becomes active, in a transaction that holds `lockTrust`: whoever acted in
 * it from outside until now keeps nothing that lets them or theirs in. Their join tokens are used up, their open invitations
 * withdrawn, and the accounts that they opened, whoever uses them, and the keys that they registered for service accounts end with
 * everything that rested on them: the owner reopens those that are somebody's. The certificates of hosts that they had signed by hand
 * are revoked; hosts that have joined stay, and so do delegations that were accepted in the owner's place, which the event names. Rejects as `publishKrl` does.
 */
async function endOutsiders(tx: Transaction, services: TrustEnding, by: HandingOver): Promise<void> {
  const { organizationId, ownerId, actor, subject, requestId, outside = null } = by;
  const left = await withdrawLeftByOutsiders(tx, organizationId, ownerId, takenSince(services));
  const { joinTokens, invitations, keys, accounts, hostCertificates } = left;
  const things = [keys, accounts, hostCertificates].map(({ length }) => length);
  const delegations = (await listDelegations(tx, { customerIds: [organizationId] }))
    .filter(({ state }) => state === 'accepted')
    .map(({ roleName, delegateName }) => `${roleName} to ${delegateName}`);
  if (things.reduce((sum, each) => sum + each, joinTokens + invitations + delegations.length) === 0) return;
  const ofKeys = await endRegisteredKeys(tx, services, groundOf(by, 'key', subject), keys);
  const ofAccounts = await closeAccounts(tx, services, by, accounts);
  const signed = groundOf(by, 'host', subject);
  const ofHosts = await endTrust(tx, services, signed, { certificates: hostCertificates, keys: [] });
  await recordEvent(tx, {
    ...{ organizationId, kind: 'organization.handed_over', actor, subject, requestId },
    data: {
      ...{ joinTokens, invitations, keys: keys.length, accounts: accounts.map(({ name }) => name) },
      sessionsEnded: ofKeys.sessionsEnded + ofAccounts.sessionsEnded,
      certificates: ofKeys.certificates + ofAccounts.certificates,
      hostCertificates: ofHosts.certificates,
      ...(delegations.length === 0 ? {} : { delegations }),
      ...(outside === null ? {} : { outside }),
    },
  });
}

interface Ended {
  readonly sessionsEnded: number;
  readonly certificates: number;
}

/** Closes the accounts, however many: passwords, groups and roles go with them, so that who is let in again begins anew. */
async function closeAccounts(
  tx: Transaction,
  services: TrustEnding,
  by: HandingOver,
  accounts: LeftByOutsiders['accounts'],
): Promise<Ended> {
  const { organizationId, actor, requestId } = by;
  const ids = accounts.map(({ id }) => id);
  // First the epochs: they wait for what is just being recorded, so that the certificates read after them are all there are.
  await raiseEpochs(tx, organizationId, ids);
  const end = {
    at: new Date(services.clock()),
    reason: 'account_disabled',
    takenSince: takenSince(services),
  };
  const { sessionsEnded, ...ending } = await emptyAccounts(tx, organizationId, ids, end);
  const ground = groundOf(by, 'user', by.subject);
  const { certificates } = await endTrust(tx, services, ground, ending);
  await recordEvents(
    tx,
    accounts.map(({ name }) => ({
      ...{ organizationId, kind: 'user.disabled', actor, requestId, subject: name },
      data: { reason: ground.reason },
    })),
  );
  return { sessionsEnded, certificates };
}

function groundOf(
  { organizationId, actor }: HandingOver,
  cause: 'key' | 'user' | 'host',
  subject: string,
): RevocationGround {
  const reason = 'the organization has an owner of its own';
  return { organizationId, reason, cause, subject, createdById: actor?.id ?? null };
}
