import type { Caller } from './caller.js';
import type { Failure } from './failure.js';
import { missingPermission, ofAnotherOrganization, wouldGain } from './rules/grant-failures.js';

/** A role as somebody who hands it on needs to know it. */
export interface GrantedRole {
  readonly id: string;
  readonly name: string;
  readonly organizationId: string;
}

/** The account that is to become a member. */
export interface Recipient {
  readonly userId: string;
  readonly organizationId: string;
  /** Who made the account's open (unused, unexpired) invitation, and could still sign in with it. */
  readonly openInvitationById: string | null;
  /** Who made the invitation or reset that the account was last opened with, and may be the one who used it. */
  readonly lastOpenedById: string | null;
}

/** Who acts, and what they hold. */
export interface Granter {
  readonly caller: Caller;
  /** Ids of the roles that the caller is a member of. */
  readonly roleIds: ReadonlySet<string>;
  /** Whether the caller is an owner and the organization has no other, in any state: whoever closed the others gains nothing by it. */
  readonly onlyOwner: boolean;
}

/** Whether something may be handed on. An exception that was used has to stand in the event that tells of it. */
export type GrantJudgement =
  | { readonly allowed: true; readonly exception: 'only_owner' | null }
  /** Every rule that was not met, never empty. */
  | { readonly allowed: false; readonly failures: readonly Failure[] };

/**
 * Whether the caller may make the recipient a member of the role: it takes 'role.grant', inside one organization, and the
 * caller may not gain by it. They would gain a role that they do not hold, for themselves or for an account that their own
 * invitation opens or has opened: until somebody else resets it, nobody knows that it is another person's. The organization's only owner may all the same; the judgement says so (domain.md "Who grants what").
 */
export function mayGrantRole(granter: Granter, role: GrantedRole, recipient: Recipient): GrantJudgement {
  const { caller, roleIds, onlyOwner } = granter;
  const failures: Failure[] = [];
  if (!caller.permissions.has('role.grant')) failures.push(missingPermission('role.grant'));
  if (role.organizationId !== caller.organizationId || recipient.organizationId !== caller.organizationId) {
    failures.push(ofAnotherOrganization);
  }
  const opens = [recipient.userId, recipient.openInvitationById, recipient.lastOpenedById].includes(
    caller.userId,
  );
  const gains = opens && !roleIds.has(role.id);
  if (gains && !onlyOwner) failures.push(wouldGain(role.name, recipient.userId === caller.userId));
  return failures.length > 0
    ? { allowed: false, failures }
    : { allowed: true, exception: gains ? 'only_owner' : null };
}

/**
 * Whether the caller may create a role with these first members (usually none): it takes 'role.create', and for each member
 * what `mayGrantRole` asks. A role without members widens nobody.
 */
export function mayCreateRole(
  granter: Granter,
  role: Omit<GrantedRole, 'id'>,
  members: readonly Recipient[],
): GrantJudgement {
  const { caller } = granter;
  const failures: Failure[] = [];
  if (!caller.permissions.has('role.create')) failures.push(missingPermission('role.create'));
  if (role.organizationId !== caller.organizationId) failures.push(ofAnotherOrganization);
  const grants = members.map((member) => mayGrantRole(granter, { ...role, id: newRole }, member));
  for (const grant of grants) if (!grant.allowed) failures.push(...grant.failures);
  if (failures.length > 0) return { allowed: false, failures };
  const exceptional = grants.some((grant) => grant.allowed && grant.exception !== null);
  return { allowed: true, exception: exceptional ? 'only_owner' : null };
}

/** Nobody is a member of a role that does not exist yet. */
const newRole = '';
