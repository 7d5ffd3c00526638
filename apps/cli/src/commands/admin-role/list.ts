import type { Run } from '../../run.js';
import { signedIn } from '../../session/client.js';
import { printTable } from '../../terminal/table.js';
import { strong } from '../../terminal/text.js';

export const run: Run = async (surroundings, input) => {
  const { terminal } = surroundings;
  const client = await signedIn(surroundings, input);
  const { items } = await client.call('listAdministrativeRoles', { params: client.organization });
  if (input.json) return terminal.json(items);
  const rows = items.map(({ name, builtIn, permissions }) => [
    [strong(name)],
    builtIn ? 'every organization' : 'this one',
    permissions.join(' '),
  ]);
  printTable(terminal, ['ROLE', 'OF', 'PERMITS'], rows, 'There are none.');
};
