import { shortName } from '../../names.js';
import type { Run } from '../../run.js';
import { signedIn } from '../../session/client.js';
import { askToGoOn } from '../../terminal/ask.js';
import { printChangedRole } from '../../view/role.js';

export const run: Run = async (surroundings, input) => {
  const { terminal } = surroundings;
  const name = shortName(input.argument('role'));
  const client = await signedIn(surroundings, input);
  await askToGoOn(terminal, `Delete the role ${name}? Its name is never used again.`, input.flag('yes'));
  const role = await client.call('deleteRole', { params: { ...client.organization, role: name } });
  printChangedRole(terminal, input, role, `The role ${name} is deleted.`);
};
