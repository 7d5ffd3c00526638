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
    const role = await client.call('revokeRole', { params: { ...params, user } });
    const sentence = role.holders.includes(user)
      ? `The role ${role.name} is no longer granted to ${user} by name; by a group ${user} is still in it, and keeps the certificates.`
      : `${user} is no longer a member of ${role.name}; certificates that rested on it are revoked.`;
    return printChangedRole(surroundings.terminal, input, role, sentence);
  }
  const role = await client.call('revokeRoleFromGroup', { params: { ...params, group } });
  const sentence = `The group ${group} no longer has the role ${role.name}; certificates that rested on it are revoked.`;
  printChangedRole(surroundings.terminal, input, role, sentence);
};
