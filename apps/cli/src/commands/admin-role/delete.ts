import { shortName } from '../../names.js';
import type { Run } from '../../run.js';
import { signedIn } from '../../session/client.js';

export const run: Run = async (surroundings, input) => {
  const { terminal } = surroundings;
  const client = await signedIn(surroundings, input);
  const role = shortName(input.argument('role'));
  await client.call('deleteAdministrativeRole', { params: { ...client.organization, role } });
  if (input.json) terminal.json({ deleted: true });
  else terminal.say(`${role} is deleted.`);
};
