import { shortName } from '../../names.js';
import type { Run } from '../../run.js';
import { signedIn } from '../../session/client.js';
import { describeGroup } from '../../view/group.js';

export const run: Run = async (surroundings, input) => {
  const client = await signedIn(surroundings, input);
  const group = await client.call('showGroup', {
    params: { ...client.organization, group: shortName(input.argument('group')) },
  });
  if (input.json) surroundings.terminal.json(group);
  else surroundings.terminal.data(...describeGroup(group));
};
