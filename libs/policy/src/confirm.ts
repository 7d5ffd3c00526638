import { mayOpenAccount, type Account } from './account.js';
import type { Failure } from './failure.js';
import type { Granter } from './grant.js';
import { inCommon, type Party } from './party.js';
import { invitationOpen, notApart } from './rules/grant-failures.js';

/** An account that somebody says is a person of its own. */
export interface Confirmable extends Account {
  readonly userId: string;
  readonly userName: string;
  /** Whether its administrative role is 'owner'. */
  readonly owner: boolean;
  readonly party: Party;
  /** Whether somebody holds an invitation that still opens it. */
  readonly openInvitation: boolean;
}

/** Whether an account may be confirmed. An exception that was used has to stand in the event that tells of it. */
export type ConfirmJudgement =
  | {
      readonly allowed: true;
      readonly exception: 'only_owner' | null;
      /** Who stays behind the account (the only owner); null: nobody. */
      readonly belowId: string | null;
    }
  /** Every rule that was not met, never empty. */
  | { readonly allowed: false; readonly failures: readonly Failure[] };

/**
 * Whether the caller may say that an account is a person of its own, and not another account of whoever opened it. It takes
 * 'user.invite' and every right that the account holds, as opening it would, and that nobody may be behind both the caller
 * and the account: they would confirm themselves.
 *
 * Two exceptions, without which nobody could begin. The only owner may be behind both; they then stay behind the account,
 * which gains them nothing. And the first owner may confirm another owner while no owner was ever confirmed: what
 * they could gain through a second account, they could have granted to themselves before there was one.
 */
export function mayConfirmAccount(granter: Granter, account: Confirmable): ConfirmJudgement {
  const opening = mayOpenAccount(granter, 'user.invite', account);
  const failures = opening.allowed ? [] : [...opening.failures];
  if (account.openInvitation) failures.push(invitationOpen(account.userName));
  const common = inCommon(granter.party, account.party);
  const own = account.userId === granter.caller.userId;
  const beside = granter.firstOwner && account.owner && !own;
  const above = common.filter(({ onlyOwner, userId }) => onlyOwner && userId !== account.userId);
  if (!beside && above.length < common.length) failures.push(notApart(granter.caller, account, common));
  if (failures.length > 0) return { allowed: false, failures };
  const exception = common.length > 0 ? 'only_owner' : null;
  return { allowed: true, exception, belowId: beside ? null : (above[0]?.userId ?? null) };
}
