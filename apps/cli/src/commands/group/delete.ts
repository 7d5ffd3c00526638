import { shortName } from '../../names.js';
import type { Run } from '../../run.js';
import { signedIn } from '../../session/client.js';
import { printChangedGroup } from '../../view/group.js';

export const run: Run = async (surroundings, input) => {
  const name = shortName(input.argument('group'));
  const client = await signedIn(surroundings, input);
  const group = await client.call('deleteGroup', { params: { ...client.organization, group: name } });
  printChangedGroup(surroundings.terminal, input, group, `The group ${name} is deleted.`);
};
