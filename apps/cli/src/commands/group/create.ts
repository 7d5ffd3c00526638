import { shortName } from '../../names.js';
import type { Run } from '../../run.js';
import { signedIn } from '../../session/client.js';
import { printChangedGroup } from '../../view/group.js';

export const run: Run = async (surroundings, input) => {
  const name = shortName(input.argument('group'));
  const client = await signedIn(surroundings, input);
  const group = await client.call('createGroup', { params: client.organization, body: { name } });
  const sentence = `The group ${name} is created; \`writ group add ${name} <user>${input.inOrganization}\` puts people into it.`;
  printChangedGroup(surroundings.terminal, input, group, sentence);
};
