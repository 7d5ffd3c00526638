import type { Run } from '../../run.js';
import { signedIn } from '../../session/client.js';
import { printTable } from '../../terminal/table.js';
import { strong } from '../../terminal/text.js';
import { instant } from '../../view/fields.js';

export const run: Run = async (surroundings, input) => {
  const { terminal } = surroundings;
  const client = await signedIn(surroundings, input);
  const { items } = await client.call('listDelegations', { params: client.organization });
  if (input.json) return terminal.json(items);
  const rows = items.map((each) => [
    each.id,
    [strong(`${each.customer}/${each.role}`)],
    each.to,
    each.state,
    String(each.used),
    each.lastUsedAt === null ? 'never' : instant(each.lastUsedAt),
  ]);
  const heads = ['ID', 'ROLE', 'TO', 'STATE', 'USED', 'LAST USED'];
  printTable(terminal, heads, rows, 'There are no delegations.');
};
