import type { Run } from '../../run.js';
import { changeMembers } from '../../group-members.js';

export const run: Run = (surroundings, input) =>
  changeMembers(surroundings, input, 'addToGroup', (who, group) => `In ${group} now: ${who}.`);
