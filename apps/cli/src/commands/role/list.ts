import { durationWords } from '../../duration.js';
import type { Run } from '../../run.js';
import { signedIn } from '../../session/client.js';
import { collect } from '../../session/pages.js';
import { printTable } from '../../terminal/table.js';
import { strong } from '../../terminal/text.js';

export const run: Run = async (surroundings, input) => {
  const { terminal } = surroundings;
  const client = await signedIn(surroundings, input);
  const { items } = await terminal.working('Reading roles', () =>
    collect((query) => client.call('listRoles', { params: client.organization, query })),
  );
  if (input.json) return terminal.json(items);
  const rows = items.map((role) => [
    [strong(role.name)],
    role.logins.join(', '),
    durationWords(BigInt(role.maxTtlSeconds)),
    String(role.holders.length),
    role.groups.length === 0 ? 'none' : role.groups.join(', '),
  ]);
  printTable(terminal, ['ROLE', 'LOGINS', 'AT MOST', 'IN IT', 'GROUPS'], rows, 'There are no roles yet.');
};
