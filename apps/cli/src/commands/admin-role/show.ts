import { shortName } from '../../names.js';
import type { Run } from '../../run.js';
import { signedIn } from '../../session/client.js';

export const run: Run = async (surroundings, input) => {
  const { terminal } = surroundings;
  const client = await signedIn(surroundings, input);
  const role = await client.call('showAdministrativeRole', {
    params: { ...client.organization, role: shortName(input.argument('role')) },
  });
  if (input.json) terminal.json(role);
  else terminal.data(...role.permissions);
};
