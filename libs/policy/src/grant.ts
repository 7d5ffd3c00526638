import type { Caller } from './caller.js';
import { canaryFailures } from './canary.js';
import { judgedCommand } from './command.js';
import type { Failure } from './failure.js';
import { inCommon, type Party } from './party.js';
import { missingPermission, ofAnotherOrganization, wouldGain } from './rules/grant-failures.js';

/** A role as somebody who hands it on needs to know it. */
export interface GrantedRole {
  readonly id: string;
  readonly name: string;
  readonly organizationId: string;
  /** Who chose the command that whoever is in it has to run; left out: it has none, or nobody knows any more. */
  readonly commandBy?: Omit<Recipient, 'organizationId'> | undefined;
  /** Whether it is the role of a drill's canary, which nobody gains by and nobody else comes into (`canaryRole`). */
  readonly canary?: boolean;
}

/** An account that is to come into a role. */
export interface Recipient {
  readonly userId: string;
  readonly userName: string;
  readonly organizationId: string;
  readonly party: Party;
}

/** Who acts, and what they hold. */
export interface Granter {
  readonly caller: Caller;
  /** Ids of the roles that the caller is in, by whichever path. */
  readonly roleIds: ReadonlySet<string>;
  readonly party: Party;
  /** Whether the caller is an owner with nobody behind them, and no owner's account was ever confirmed beside theirs. */
  readonly firstOwner: boolean;
}

/** Whether something may be handed on. An exception that was used has to stand in the event that tells of it. */
export type GrantJudgement =
  | { readonly allowed: true; readonly exception: 'only_owner' | null }
  /** Every rule that was not met, never empty. */
  | { readonly allowed: false; readonly failures: readonly Failure[] };

/**
 * Whether the caller may put the recipients into the role, all at once: one user, or everybody whom a group brings with it. It
 * takes 'role.grant', inside one organization, and nobody may gain by it who could be behind the caller's account and a
 * recipient's: nobody may be in both parties without being in the role, or they would grant it to themselves. The
 * organization's only owner may all the same, who could do so openly; the judgement says so (domain.md "Who grants what"). Who
 * chose the role's command counts as one who comes into it (`judgedCommand`).
 */
export function mayGrantRole(
  { caller, party }: Granter,
  role: GrantedRole,
  recipients: readonly Recipient[],
): GrantJudgement {
  const failures: Failure[] = [...canaryFailures(role)];
  if (!caller.permissions.has('role.grant')) failures.push(missingPermission('role.grant'));
  const organizations = [role, ...recipients].map(({ organizationId }) => organizationId);
  if (organizations.some((id) => id !== caller.organizationId)) failures.push(ofAnotherOrganization);
  const gains = recipients.map((recipient) => {
    const gaining = inCommon(party, recipient.party).filter(({ roleIds }) => !roleIds.has(role.id));
    return { recipient, gaining, refused: gaining.filter(({ onlyOwner }) => !onlyOwner) };
  });
  const refused = gains.filter((each) => each.refused.length > 0);
  if (refused.length > 0) {
    const gaining = party.filter(({ userId }) =>
      refused.some((each) => each.refused.some((one) => one.userId === userId)),
    );
    failures.push(
      wouldGain(
        role.name,
        caller,
        refused.map(({ recipient }) => recipient),
        gaining,
      ),
    );
  }
  const command = judgedCommand(caller, party, role);
  failures.push(...command.failures);
  if (failures.length > 0) return { allowed: false, failures };
  return {
    allowed: true,
    exception: [...gains, command].some(({ gaining }) => gaining.length > 0) ? 'only_owner' : null,
  };
}

/** Whether the caller may create a role, which widens nobody as it has no members: it takes 'role.create', inside one organization. */
export function mayCreateRole(
  { caller }: Pick<Granter, 'caller'>,
  role: Pick<GrantedRole, 'organizationId'>,
): GrantJudgement {
  const failures: Failure[] = [];
  if (!caller.permissions.has('role.create')) failures.push(missingPermission('role.create'));
  if (role.organizationId !== caller.organizationId) failures.push(ofAnotherOrganization);
  return failures.length > 0 ? { allowed: false, failures } : { allowed: true, exception: null };
}
