import { shortName } from '../../names.js';
import type { Run } from '../../run.js';
import { signedIn } from '../../session/client.js';
import { permissionsOf } from './permissions.js';

export const run: Run = async (surroundings, input) => {
  const { terminal } = surroundings;
  const body = { permissions: permissionsOf(input) };
  const client = await signedIn(surroundings, input);
  const role = await client.call('changeAdministrativeRole', {
    params: { ...client.organization, role: shortName(input.argument('role')) },
    body,
  });
  if (input.json) terminal.json(role);
  else terminal.say(`${role.name} permits from now on: ${role.permissions.join(', ')}.`);
};
