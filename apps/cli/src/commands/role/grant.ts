import { shortName, userName } from '../../names.js';
import type { Run } from '../../run.js';
import { signedIn } from '../../session/client.js';
import { printChangedRole } from '../../view/role.js';

export const run: Run = async (surroundings, input) => {
  const client = await signedIn(surroundings);
  const user = userName(input.argument('user'));
  const role = await client.call('grantRole', {
    params: { ...client.organization, role: shortName(input.argument('role')) },
    body: { user },
  });
  printChangedRole(surroundings.terminal, input, role, `${user} is a member of ${role.name}.`);
};
