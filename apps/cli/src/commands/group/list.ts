import type { Run } from '../../run.js';
import { signedIn } from '../../session/client.js';
import { collect } from '../../session/pages.js';
import { printTable } from '../../terminal/table.js';
import { strong } from '../../terminal/text.js';

export const run: Run = async (surroundings, input) => {
  const { terminal } = surroundings;
  const client = await signedIn(surroundings, input);
  const { items } = await terminal.working('Reading groups', () =>
    collect((query) => client.call('listGroups', { params: client.organization, query })),
  );
  if (input.json) return terminal.json(items);
  const rows = items.map((group) => [
    [strong(group.name)],
    String(group.users.length),
    group.groups.length === 0 ? 'none' : group.groups.join(', '),
    group.roles.length === 0 ? 'none' : group.roles.join(', '),
  ]);
  printTable(terminal, ['GROUP', 'PEOPLE', 'GROUPS IN IT', 'ROLES'], rows, 'There are no groups yet.');
};
