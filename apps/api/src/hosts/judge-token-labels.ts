import { Labels, permissionsOf, routes, type ProblemCode } from '@writ/contract';
import { CodedError, isCodedError, type Clock } from '@writ/kernel';
import type { Caller } from '@writ/policy';
import {
  findSignInUser,
  hasActiveOwner,
  isActive,
  outsiderName,
  type JoinTokenRow,
  type SignInUser,
  type Transaction,
} from '@writ/storage';
import { heldPermissions } from '../auth/held-permissions.js';
import type { CallerSomewhere } from '../auth/signed-in-caller.js';
import { isAnsweredFor, isOutsiderAnswering } from '../service-accounts/unanswered-keys.js';
import { refuseWidening, rolesWidenedBy } from './widen-labels.js';

/**
 * Judges a join token and its labels again when a host joins with it, with what its maker may do now: roles may have been made,
 * granted or delegated since, and rights taken. Somebody from outside is judged as if they did it from there. Whether an exception was used. Ends in `grant_refused`; in `join_token_invalid` where the maker's
 * account was closed, or might make no token now.
 */
export async function judgeTokenLabels(
  tx: Transaction,
  clock: Clock,
  organization: Pick<Caller, 'organizationHandle' | 'organizationName'>,
  token: JoinTokenRow,
): Promise<'only_owner' | null> {
  const { organizationId, createdById } = token;
  const maker = await findSignInUser(tx, organizationId, { id: createdById });
  if (maker === null) await refuseFromOutside(tx, token);
  else await refuseWithoutRight(tx, token, maker);
  const widened = await rolesWidenedBy(tx, organizationId, null, Labels.parse(token.labels));
  if (widened.length === 0) return null;
  const caller: CallerSomewhere = {
    ...organization,
    organizationId,
    userId: createdById,
    epoch: 0n,
    authentication: { method: 'join-token', at: 0, strength: 'single', sessionId: null },
    ...(maker === null
      ? {
          userName: (await outsiderName(tx, organizationId, createdById)) ?? createdById,
          ...{ permissions: permissionsOf.owner, outside: 'provider' },
        }
      : { userName: maker.name, permissions: new Set<string>() }),
  };
  try {
    return await refuseWidening(tx, clock, caller, widened);
  } catch (error) {
    if (!isCodedError(error, 'grant_refused')) throw error;
    const roles = widened.map(({ name }) => name).join(', ');
    throw new CodedError<ProblemCode>(
      'grant_refused',
      `The labels of this token would put the host into the reach of ${roles}, which whoever made the token may not widen ` +
        '(any more); ask somebody who may for another token.',
      error.details,
      { cause: error },
    );
  }
}

/** Ends in `join_token_invalid` unless the maker's account is open, answered for, and holds what making a token takes. */
async function refuseWithoutRight(
  tx: Transaction,
  { organizationId, createdAt }: JoinTokenRow,
  maker: SignInUser,
): Promise<void> {
  if (!(await isActive(tx, organizationId, maker.id))) {
    throw invalid(
      'The account that made this join token was closed, locked or reset, and the token counts no more; ask for a new one.',
    );
  }
  const held = await heldPermissions(tx, organizationId, maker.administrativeRole);
  const answered = await isAnsweredFor(tx, organizationId, maker, createdAt);
  if (answered && held.has(routes.createJoinToken.access)) return;
  throw invalid(
    'Whoever made this join token may not let hosts join any more; ask somebody who may for a new one.',
  );
}

/** Ends in `join_token_invalid` where nobody from outside acts any more, or not whoever made it. */
async function refuseFromOutside(
  tx: Transaction,
  { organizationId, createdById, createdAt }: JoinTokenRow,
): Promise<void> {
  if (!(await hasActiveOwner(tx, organizationId))) {
    if (await isOutsiderAnswering(tx, organizationId, createdById, createdAt)) return;
    throw invalid(
      'Whoever made this join token may not act here any more; ask somebody who may for a new one.',
    );
  }
  throw invalid(
    'This join token was made from outside, before the organization had an owner of its own; ask there for a new one.',
  );
}

function invalid(message: string): CodedError<ProblemCode> {
  return new CodedError<ProblemCode>('join_token_invalid', message);
}
