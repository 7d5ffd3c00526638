import { shortName } from '../../names.js';
import type { Run } from '../../run.js';
import { signedIn } from '../../session/client.js';
import { describePaths, describeRole } from '../../view/role.js';

export const run: Run = async (surroundings, input) => {
  const client = await signedIn(surroundings, input);
  const role = await client.call('showRole', {
    params: { ...client.organization, role: shortName(input.argument('role')) },
  });
  if (input.json) surroundings.terminal.json(role);
  else surroundings.terminal.data(...describeRole(role), ...describePaths(role));
};
