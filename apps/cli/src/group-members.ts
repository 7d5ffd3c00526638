import { fail } from './errors.js';
import type { Input } from './input.js';
import { shortName, userName } from './names.js';
import type { Surroundings } from './run.js';
import { signedIn } from './session/client.js';
import { printChangedGroup } from './view/group.js';

/** Puts the named users and groups into the named group, or takes them out, and says so. */
export async function changeMembers(
  surroundings: Surroundings,
  input: Input,
  route: 'addToGroup' | 'removeFromGroup',
  sentence: (who: string, group: string) => string,
): Promise<void> {
  const name = shortName(input.argument('group'));
  const body = {
    users: input.argumentList('user').map(userName),
    groups: input.values('group').map(shortName),
  };
  const who = [...body.users, ...body.groups.map((group) => `the group ${group}`)];
  if (who.length === 0) fail('usage_invalid', 'Name somebody, or a group with --group.');
  const client = await signedIn(surroundings, input);
  const group = await client.call(route, { params: { ...client.organization, group: name }, body });
  printChangedGroup(surroundings.terminal, input, group, sentence(who.join(', '), name));
}
