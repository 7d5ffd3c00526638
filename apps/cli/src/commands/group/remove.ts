import type { Run } from '../../run.js';
import { changeMembers } from '../../group-members.js';

export const run: Run = (surroundings, input) =>
  changeMembers(
    surroundings,
    input,
    'removeFromGroup',
    (who, group) =>
      `Not in ${group} any more: ${who}; certificates of roles that they had by nothing else are revoked.`,
  );
