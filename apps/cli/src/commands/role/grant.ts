import { shortName } from '../../names.js';
import { roleSubject } from '../../role-subject.js';
import type { Run } from '../../run.js';
import { signedIn } from '../../session/client.js';
import { printChangedRole } from '../../view/role.js';

export const run: Run = async (surroundings, input) => {
  const { user, group } = roleSubject(input);
  const client = await signedIn(surroundings, input);
  const params = { ...client.organization, role: shortName(input.argument('role')) };
  if (group === undefined) {
    const role = await client.call('grantRole', { params, body: { user } });
    return printChangedRole(surroundings.terminal, input, role, `${user} is a member of ${role.name}.`);
  }
  const role = await client.call('grantRoleToGroup', { params, body: { group } });
  const holders = role.holders.length === 0 ? 'nobody' : role.holders.join(', ');
  const sentence = `Everybody in the group ${group} is in the role ${role.name}. In it now: ${holders}.`;
  printChangedRole(surroundings.terminal, input, role, sentence);
};
