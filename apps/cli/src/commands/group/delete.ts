import { shortName } from '../../names.js';
import type { Run } from '../../run.js';
import { signedIn } from '../../session/client.js';

export const run: Run = async (surroundings, input) => {
  const group = shortName(input.argument('group'));
  const client = await signedIn(surroundings);
  await client.call('deleteGroup', { params: { ...client.organization, group } });
  surroundings.terminal.say(`The group ${group} is deleted.`);
};
