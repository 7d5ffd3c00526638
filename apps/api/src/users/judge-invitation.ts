import type { ProblemCode } from '@writ/contract';
import { CodedError, type Clock } from '@writ/kernel';
import { mayOpenAccount, type Caller } from '@writ/policy';
import { findSignInUser, type SignInUser, type Transaction, type UsedInvitation } from '@writ/storage';
import { heldPermissions } from '../auth/held-permissions.js';
import { isAnsweredFor, isOutsiderAnswering } from '../service-accounts/unanswered-keys.js';
import { granterOf } from '../roles/granter.js';
import { rolesOf } from './open-account.js';

/**
 * Judges an invitation again when it is used, with what whoever made it may do now: rights may have been taken since, also from
 * whoever answers for a service account. One that was made from outside takes an owner of the provider still; one by `init` was judged then. Ends in `invitation_invalid`.
 */
export async function judgeInvitation(
  tx: Transaction,
  clock: Clock,
  organization: Pick<Caller, 'organizationId' | 'organizationHandle' | 'organizationName'>,
  {
    createdById,
    createdAt,
    purpose,
    roleIds,
  }: Pick<UsedInvitation, 'createdById' | 'createdAt' | 'purpose' | 'roleIds'>,
  { id, administrativeRole }: Pick<SignInUser, 'id' | 'administrativeRole'>,
): Promise<void> {
  const { organizationId } = organization;
  if (createdById === null) return;
  const maker = await findSignInUser(tx, organizationId, { id: createdById });
  if (maker === null) {
    // Once the organization has an owner of its own they are withdrawn.
    if (await isOutsiderAnswering(tx, organizationId, createdById, createdAt)) return;
    throw withdrawn();
  }
  if (!(await isAnsweredFor(tx, organizationId, maker, createdAt))) throw withdrawn();
  const caller: Caller = {
    ...organization,
    ...{ userId: createdById, userName: maker.name, epoch: 0n, permissions: new Set() },
    authentication: { method: 'invitation', at: 0, strength: 'single', sessionId: null },
  };
  const account = {
    organizationId,
    permissions: await heldPermissions(tx, organizationId, administrativeRole),
    // Whoever put it into a role since has been judged with this invitation open.
    roles:
      roleIds.length === 0
        ? []
        : (await rolesOf(tx, clock, organization, { id })).filter((role) => roleIds.includes(role.id)),
  };
  const permission = purpose === 'reset' ? 'user.reset' : 'user.invite';
  if (!mayOpenAccount(await granterOf(tx, clock, caller), permission, account).allowed) throw withdrawn();
}

function withdrawn(): CodedError<ProblemCode> {
  return new CodedError<ProblemCode>(
    'invitation_invalid',
    'Whoever made this invitation may not make it any more; ask somebody who may for a new one.',
  );
}
