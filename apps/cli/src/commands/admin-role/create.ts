import { shortName } from '../../names.js';
import type { Run } from '../../run.js';
import { signedIn } from '../../session/client.js';
import { permissionsOf } from './permissions.js';

export const run: Run = async (surroundings, input) => {
  const { terminal } = surroundings;
  const body = { name: shortName(input.argument('role')), permissions: permissionsOf(input) };
  const client = await signedIn(surroundings, input);
  const role = await client.call('createAdministrativeRole', { params: client.organization, body });
  if (input.json) terminal.json(role);
  else
    terminal.say(
      `Made ${role.name}; nobody has it yet: \`writ user set <user> --as ${role.name}${input.inOrganization}\`.`,
    );
};
