import type { ProblemCode } from '@writ/contract';
import { CodedError, type Clock } from '@writ/kernel';
import {
  customersLockedFrom,
  endLocksFrom,
  endLocksOf,
  lockedByOthers,
  lockTrust,
  recordEvents,
  seeOrganizations,
  type AccountRow,
  type ScopedDatabase,
  type Transaction,
} from '@writ/storage';
import type { SignedInCaller } from '../auth/signed-in-caller.js';
import { eventOf, type Actor } from '../events/event-of.js';
import type { RouteInput, RouteOutput } from '../http/route-input.js';
import { refusal } from '../refusal.js';
import type { TrustEnding } from '../revocations/end-trust.js';
import { partyBehind } from '../roles/granter.js';
import { refuseClosing } from '../users/open-account.js';
import { knownAccount } from '../users/read-users.js';
import { takeTurn } from '../users/take-turn.js';
import { settleEnded } from './settle-ended.js';

/**
 * Ends the locks of an account before their time, in every organization where they count: what they have named is believed again,
 * unless it was revoked. It takes the rights that locking takes, and nobody does it for themselves, nor with an
 * account that may be theirs. Ends in `not_found`,
 * `grant_refused` (every rule), `already_so` (it is not locked), `decision_stale`.
 */
export function unlockAccount(
  services: TrustEnding & { readonly store: ScopedDatabase },
  actor: Actor & { readonly caller: SignedInCaller },
  { body }: Pick<RouteInput<'unlockAccount'>, 'body'>,
): Promise<RouteOutput<'unlockAccount'>> {
  const { caller } = actor;
  const { organizationId } = caller;
  return services.store.within([organizationId], async (tx) => {
    await takeTurn(tx, caller);
    const account = await knownAccount(tx, organizationId, body.user);
    await refuseOwn(tx, services.clock, caller, account);
    await refuseClosing(tx, services.clock, caller, account);
    const now = new Date(services.clock());
    const ended = await endLocksOf(tx, organizationId, account.id, now);
    if (ended.length === 0) throw new CodedError<ProblemCode>('already_so', `${account.name} is not locked.`);
    const krlVersion = await settleEnded(tx, services, organizationId, ended);
    const origins = ended.map(({ id }) => id);
    const customers = await customersLockedFrom(tx, organizationId, origins);
    for (const customer of customers) {
      await lockTrust(tx, customer);
      const there = await endLocksFrom(tx, customer, origins, now);
      await settleEnded(tx, services, customer, there);
      const told = { organizationId: customer, kind: 'user.unlocked', actor: null, requestId: null };
      await recordEvents(
        tx,
        there.map(({ subject }) => ({ ...told, subject, data: { delegated: true } })),
      );
    }
    if (customers.length > 0) await seeOrganizations(tx, [organizationId]);
    await recordEvents(tx, [eventOf(actor, 'user.unlocked', account.name, {})]);
    const { state } = await knownAccount(tx, organizationId, account.name);
    return { user: account.name, krlVersion: krlVersion.toString(), state };
  });
}

/** Ends in `grant_refused` where whoever is locked may be behind the caller, unless the caller and nobody else has locked them. */
async function refuseOwn(
  tx: Transaction,
  clock: Clock,
  { organizationId, userId }: SignedInCaller,
  account: AccountRow,
): Promise<void> {
  if (account.id === userId) throw refusal('grant_refused', [ownAccount]);
  const party = await partyBehind(tx, clock, organizationId, userId);
  if (!party.some((each) => each.userId === account.id)) return;
  if (!(await lockedByOthers(tx, organizationId, account.id, userId))) return;
  const message = `${account.name} may be behind your own account, and nobody ends their own lock; an owner says whose account yours is: \`writ user confirm\`.`;
  throw refusal('grant_refused', [{ rule: 'account_not_apart', message }]);
}

const ownAccount = { rule: 'own_account', message: 'Nobody ends the lock of their own account.' };
