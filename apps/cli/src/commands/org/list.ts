import type { Run } from '../../run.js';
import { signedIn } from '../../session/client.js';
import { collect } from '../../session/pages.js';
import { printTable } from '../../terminal/table.js';
import { strong } from '../../terminal/text.js';
import { actingWords } from '../../view/organization.js';

export const run: Run = async (surroundings, input) => {
  const { terminal } = surroundings;
  const client = await signedIn(surroundings, null);
  const { items } = await terminal.working('Reading organizations', () =>
    collect((query) => client.call('listOrganizations', { query })),
  );
  if (input.json) return terminal.json(items);
  const rows = items.map((each) => [
    [strong(each.name)],
    each.kind,
    each.state,
    each.namePatterns.join(' '),
    actingWords(each),
  ]);
  printTable(terminal, ['NAME', 'KIND', 'STATE', 'HOST NAMES', 'YOU'], rows, 'There is none.');
};
