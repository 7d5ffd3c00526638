import type { ProblemCode } from '@writ/contract';
import { CodedError } from '@writ/kernel';
import {
  changeAccount,
  currentKrlVersion,
  endOtherSessions,
  fingerprintsOfUser,
  markLock,
  otherActiveOwners,
  raiseEpochs,
  recordAct,
  recordEvent,
  trustedUserKeys,
  unexpiredUserCertificates,
  type AccountRow,
  type RevocationGround,
  type ScopedDatabase,
  type Transaction,
} from '@writ/storage';
import { randomUUID } from 'node:crypto';
import type { SignedInCaller } from '../auth/signed-in-caller.js';
import { endAcross, endUnansweredOf } from '../delegations/across.js';
import { eventOf, type Actor } from '../events/event-of.js';
import type { RouteInput, RouteOutput } from '../http/route-input.js';
import { refusal } from '../refusal.js';
import { endTrust, takenSince, type TrustEnding } from '../revocations/end-trust.js';
import { krlsElsewhere } from '../revocations/krls-elsewhere.js';
import { isLetInOwner } from '../users/close-account.js';
import { refuseClosing } from '../users/open-account.js';
import { knownAccount } from '../users/read-users.js';
import { takeTurn } from '../users/take-turn.js';

/**
 * Locks an account of a person or a machine for a while, in one transaction, here and in every customer to which it is delegated:
 * nobody acts or signs in as it or by keys that it registered for service accounts, nothing is issued to it, and hosts refuse its unexpired certificates and its keys, until the lock
 * ends by itself or somebody ends it. With a lock that goes on, the longer one counts. Ends in `not_found`, `grant_refused` (every
 * rule), `already_so` (the account is closed), `lock_unconfirmed` (one's own account, or the last owner's, where that was not
 * said), `decision_stale`.
 */
export function lockAccount(
  services: TrustEnding & { readonly store: ScopedDatabase },
  actor: Actor & { readonly caller: SignedInCaller },
  { body }: Pick<RouteInput<'lockAccount'>, 'body'>,
): Promise<RouteOutput<'lockAccount'>> {
  const { caller } = actor;
  const { organizationId, userId } = caller;
  const { reason = '', cut } = body;
  return services.store.within([organizationId], async (tx) => {
    await takeTurn(tx, caller);
    const account = await knownAccount(tx, organizationId, body.user);
    await refuseClosing(tx, services.clock, caller, account);
    if (account.state === 'disabled')
      throw new CodedError<ProblemCode>('already_so', `${account.name} is disabled: nobody can act as it.`);
    if (!body.confirmed) await needConfirmation(tx, caller, account);
    const until = new Date(services.clock() + body.seconds * 1_000);
    const subject = account.name;
    const ground = {
      organizationId,
      reason,
      cut,
      until,
      cause: 'lock',
      subject,
      createdById: userId,
    } as const;
    const act = randomUUID();
    const { krlVersion, ...ended } = await lock(tx, services, account, ground, act);
    const data = { reason, until: until.toISOString(), ...ended };
    await recordEvent(tx, eventOf(actor, 'user.locked', account.name, data));
    return {
      ...{ user: account.name, lockedUntil: until.toISOString() },
      ...{ krlVersion: krlVersion.toString(), ...ended },
      ...{ revocation: act, elsewhere: await krlsElsewhere(tx, organizationId, act) },
    };
  });
}

async function lock(
  tx: Transaction,
  services: TrustEnding,
  account: AccountRow,
  ground: RevocationGround & { readonly until: Date },
  act: string,
) {
  const { organizationId } = ground;
  const at = new Date(services.clock());
  // First the epoch: it waits for what is just being recorded, so that the certificates read after it are all there are.
  await raiseEpochs(tx, organizationId, [account.id]);
  const end = { at, reason: 'account_locked' };
  const ownSessions = await endOtherSessions(tx, organizationId, account.id, null, end);
  const ending = {
    certificates: await unexpiredUserCertificates(tx, organizationId, account.id, takenSince(services)),
    keys: await trustedUserKeys(tx, organizationId, account.id),
    cutKeys: await fingerprintsOfUser(tx, organizationId, account.id),
  };
  const { certificates, keys, cut } = await endTrust(tx, services, ground, ending, { act });
  const elsewhere = await endAcross(tx, services, ground, act, { userId: account.id });
  const krlVersion = (await currentKrlVersion(tx, organizationId)) ?? 0n;
  // Also where it has nothing that could be refused.
  await recordAct(tx, ground, { id: act, certificates: 0, keys: 0, krlVersion, originId: null });
  await markLock(tx, organizationId, act, { userId: account.id, stateBefore: account.state });
  await changeAccount(tx, organizationId, account.id, { state: 'locked', at, keepPassword: true });
  // Nor does anybody go on by a key that it registered.
  const byKeys = await endUnansweredOf(tx, services, organizationId, account.id);
  const sessionsEnded = ownSessions + byKeys;
  return { certificates: certificates + elsewhere, keys, cut, sessionsEnded, krlVersion };
}

/** Ends in `lock_unconfirmed`, with what follows. */
async function needConfirmation(
  tx: Transaction,
  { organizationId, userId }: SignedInCaller,
  account: AccountRow,
): Promise<void> {
  const lastOwner = isLetInOwner(account) && (await otherActiveOwners(tx, organizationId, account.id)) === 0;
  const failures = [
    ...(account.id === userId ? [ownAccount] : []),
    ...(lastOwner
      ? [
          {
            rule: 'last_owner',
            message: `${account.name} is the last active owner: until the lock ends nobody can do what only owners may.`,
          },
        ]
      : []),
  ];
  if (failures.length > 0) throw refusal('lock_unconfirmed', failures);
}

const ownAccount = {
  rule: 'own_account',
  message:
    'This is your own account: you are signed out at once, and only somebody else can end the lock before its time.',
};
