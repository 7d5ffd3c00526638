import { CodedError, type Clock, type RandomBytes } from '@writ/kernel';
import {
  activeOwners,
  changeAccount,
  customersLockedFrom,
  endOtherSessions,
  findAccount,
  findOrganization,
  letLocksFromRunOut,
  letLocksRunOut,
  lockTrust,
  organizationIdByName,
  partiesAcross,
  raiseEpochs,
  recordEvent,
  removeSecondFactor,
  replaceInvitation,
  seeOrganizations,
  type ScopedDatabase,
  type Transaction,
} from '@writ/storage';
import { instantWords } from '../instant-words.js';
import { endUnansweredOf } from '../delegations/across.js';
import { makeInvitation } from '../auth/invitation-token.js';
import type { ApiErrorCode } from '../errors.js';

const day = 24 * 3_600_000;

/** Whose sign-in is to begin anew. */
export interface OwnerToReset {
  readonly user: string;
  /** Null: the organization that runs the service. */
  readonly organization: string | null;
  /** Also where another owner could do it. */
  readonly anyway: boolean;
}

export interface OwnerReset {
  readonly user: string;
  readonly organization: string;
  /** One-time. */
  readonly invitation: string;
  readonly expiresAt: string;
  readonly sessionsEnded: number;
  readonly secondFactorRemoved: boolean;
  /** Whether the account was locked: the running service, or the next one, lets hosts know that the lock is over. */
  readonly lockEnded: boolean;
}

/**
 * Forgets an owner's password and second factor, ends their sessions, and gives a one-time invitation that opens the account again: for
 * whoever has the server, where an only owner can sign in no more and nobody else could reset them. The account goes on being an
 * active owner's, so that nobody acts in its place meanwhile; its certificates stay, and the keys that it registered for service accounts open
 * nothing until it is back. Its lock ends, which nobody else could end. Ends in `owner_reset_refused`.
 */
export async function resetOwner(
  {
    store,
    clock,
    random,
  }: { readonly store: ScopedDatabase; readonly clock: Clock; readonly random: RandomBytes },
  { user, organization: named, anyway }: OwnerToReset,
): Promise<OwnerReset> {
  const organizationId = await store.unscoped((tx) => organizationIdByName(tx, named));
  if (organizationId === null) throw refused(`There is no organization ${named ?? ''}.`);
  return store.within([organizationId], async (tx) => {
    await lockTrust(tx, organizationId);
    const at = new Date(clock());
    const organization = await findOrganization(tx, organizationId);
    if (organization?.state !== 'active')
      throw refused(`${named ?? 'The organization'} is closed; reopen it first.`);
    const account = await findAccount(tx, organizationId, user);
    if (account?.administrativeRole !== 'owner')
      throw refused(
        `${organization.name} has no owner ${user}; an owner resets everybody else: \`writ user reset\`.`,
      );
    if (account.state === 'disabled')
      throw refused(`${user} is disabled; another owner enables and resets the account.`);
    const lockEnded = account.lockedUntil !== null;
    if (lockEnded && account.lockedFrom !== 'active')
      throw refused(
        `${user} is locked until ${instantWords(account.lockedUntil)}, and an invitation would open nothing before; whoever acts in ${organization.name} as an owner can end the lock: \`writ unlock --user ${user}\`.`,
      );
    const others = (await activeOwners(tx, organizationId)).filter(({ id }) => id !== account.id);
    const parties = await partiesAcross(
      tx,
      organizationId,
      others.map(({ id }) => id),
      at,
    );
    const apart = others.find(({ id }) => parties.get(id)?.length === 1);
    if (apart !== undefined && !anyway)
      throw refused(
        `${apart.name} is an owner, too, and can do it: ${lockEnded ? `\`writ unlock --user ${user}\`, then ` : ''}\`writ user reset ${user}\`; say --anyway where that is not to be.`,
      );
    await raiseEpochs(tx, organizationId, [account.id]);
    const state = lockEnded ? 'active' : account.state;
    await changeAccount(tx, organizationId, account.id, { state, at, keepPassword: false });
    if (lockEnded) await endLocks(tx, organizationId, account.id, at);
    const end = { at, reason: 'account_reset' };
    const ownSessions = await endOtherSessions(tx, organizationId, account.id, null, end);
    const sessionsEnded = ownSessions + (await endUnansweredOf(tx, { clock }, organizationId, account.id));
    const secondFactorRemoved = await removeSecondFactor(tx, organizationId, account.id);
    const { token, hash } = makeInvitation(random, organization.handle);
    const expiresAt = new Date(at.getTime() + day);
    await replaceInvitation(tx, {
      ...{ organizationId, userId: account.id, purpose: 'reset', tokenHash: hash },
      ...{ createdById: null, createdAt: at, expiresAt },
    });
    const data = {
      server: true,
      sessionsEnded,
      secondFactorRemoved,
      ...(lockEnded ? { lockEnded } : {}),
      ...(apart === undefined ? {} : { anyway }),
    };
    const event = { organizationId, kind: 'user.reset', actor: null, subject: user, requestId: null };
    await recordEvent(tx, { ...event, data });
    return {
      ...{ user, organization: organization.name, invitation: token, expiresAt: expiresAt.toISOString() },
      ...{ sessionsEnded, secondFactorRemoved, lockEnded },
    };
  });
}

/** Here and in customers. No KRL can be made without the keys of the authorities, which only the service opens. */
async function endLocks(tx: Transaction, organizationId: string, userId: string, at: Date): Promise<void> {
  const acts = await letLocksRunOut(tx, organizationId, userId, at);
  const customers = await customersLockedFrom(tx, organizationId, acts);
  for (const customer of customers) {
    await lockTrust(tx, customer);
    await letLocksFromRunOut(tx, customer, acts, at);
  }
  if (customers.length > 0) await seeOrganizations(tx, [organizationId]);
}

function refused(message: string): CodedError<ApiErrorCode> {
  return new CodedError<ApiErrorCode>('owner_reset_refused', message);
}
