import type { Failure } from '../failure.js';

/** The caller's administrative role does not permit this. */
export function missingPermission(permission: string): Failure {
  return { rule: 'permission_missing', message: `This takes the permission ${permission}.` };
}

/** Nothing is handed on across organizations. */
export const ofAnotherOrganization: Failure = {
  rule: 'of_another_organization',
  message: 'The role or the account belongs to another organization.',
};

/** The caller would be, or could become, a member of a role that is not theirs. */
export function wouldGain(roleName: string, self: boolean): Failure {
  const how = self ? 'you would grant it to yourself' : 'that account was opened with an invitation of yours';
  return {
    rule: 'caller_would_gain',
    message: `You are not in the role ${roleName}, and ${how}; somebody else who may grant roles has to do it.`,
  };
}
