import type { ProblemCode } from '@writ/contract';
import { CodedError } from '@writ/kernel';
import {
  changeAccount,
  endOtherSessions,
  raiseEpochs,
  recordEvent,
  unexpiredUserCertificates,
} from '@writ/storage';
import { randomUUID } from 'node:crypto';
import type { SignedInCaller } from '../auth/signed-in-caller.js';
import { endAcross, endUnansweredOf } from '../delegations/across.js';
import { eventOf, type Actor } from '../events/event-of.js';
import type { RouteInput, RouteOutput } from '../http/route-input.js';
import { refusal } from '../refusal.js';
import { endTrust, takenSince, type TrustEnding } from '../revocations/end-trust.js';
import { refuseLastOwner } from './close-account.js';
import { giveInvitation } from './give-invitation.js';
import type { Inviting } from './invite-user.js';
import { refuseResetting } from './open-account.js';
import { knownPerson } from './read-users.js';
import { takeTurn } from './take-turn.js';
import { userView } from './user-view.js';

const day = 24 * 3600 * 1000;

/**
 * Forgets an account's password, ends its sessions and revokes its certificates; only the invitation in this answer opens it again. Nobody resets
 * their own account: a borrowed session would become a password. Ends in `not_found`, `people_only` and `second_factor_required` (a role of a customer is delegated to it), `grant_refused` (every rule),
 * `already_so` (the account is closed or locked), `last_owner`.
 */
export function resetUser(
  services: Inviting & TrustEnding,
  actor: Actor & { readonly caller: SignedInCaller },
  { params }: Pick<RouteInput<'resetUser'>, 'params'>,
): Promise<RouteOutput<'resetUser'>> {
  const { caller } = actor;
  const { organizationId } = caller;
  return services.store.within([organizationId], async (tx) => {
    await takeTurn(tx, caller);
    const account = await knownPerson(tx, organizationId, params.user);
    if (account.id === caller.userId) throw refusal('grant_refused', [ownAccount]);
    const roles = await refuseResetting(tx, services.clock, caller, account);
    if (account.state === 'disabled') {
      throw new CodedError<ProblemCode>(
        'already_so',
        `${account.name} is disabled; enable the account first.`,
      );
    }
    if (account.state === 'locked') {
      throw new CodedError<ProblemCode>('already_so', `${account.name} is locked; end the lock first.`);
    }
    await refuseLastOwner(tx, organizationId, account);
    const at = new Date(services.clock());
    await raiseEpochs(tx, organizationId, [account.id]);
    const reset = await changeAccount(tx, organizationId, account.id, {
      state: 'invited',
      at,
      keepPassword: false,
    });
    const ownSessions = await endOtherSessions(tx, organizationId, account.id, null, {
      at,
      reason: 'account_reset',
    });
    // Its keys stay proved: they are the person's, and give nothing until somebody signs in again.
    const ground = {
      organizationId,
      reason: 'account reset',
      cause: 'user',
      subject: account.name,
      createdById: caller.userId,
    } as const;
    const act = randomUUID();
    const ending = {
      certificates: await unexpiredUserCertificates(tx, organizationId, account.id, takenSince(services)),
      keys: [],
    };
    const here = await endTrust(tx, services, ground, ending, { act });
    const elsewhere = await endAcross(tx, services, ground, act, { userId: account.id });
    // What it registered opens nothing until the person is back: whoever had the account may have the keys.
    const byKeys = await endUnansweredOf(tx, services, organizationId, account.id);
    const sessionsEnded = ownSessions + byKeys;
    const certificates = here.certificates + elsewhere;
    const given = await giveInvitation(tx, services, caller, account, {
      ...({ purpose: 'reset', lifetime: day } as const),
      roleIds: roles.map(({ id }) => id),
    });
    await recordEvent(tx, eventOf(actor, 'user.reset', account.name, { sessionsEnded, certificates }));
    return { user: userView(reset), ...given };
  });
}

const ownAccount = {
  rule: 'own_account',
  message: 'Nobody resets their own account; change your password with `writ password`.',
};
