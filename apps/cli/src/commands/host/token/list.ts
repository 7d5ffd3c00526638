import type { Run } from '../../../run.js';
import { signedIn } from '../../../session/client.js';
import { collect } from '../../../session/pages.js';
import { printTable } from '../../../terminal/table.js';
import { strong } from '../../../terminal/text.js';
import { instant } from '../../../view/fields.js';
import { labelText } from '../../../view/host.js';

export const run: Run = async (surroundings, input) => {
  const { terminal } = surroundings;
  const client = await signedIn(surroundings, input);
  const { items } = await terminal.working('Reading join tokens', () =>
    collect((query) => client.call('listJoinTokens', { params: client.organization, query })),
  );
  if (input.json) return terminal.json(items);
  const rows = items.map(({ id, names, labels, usesLeft, createdBy, expiresAt }) => [
    id,
    [strong(names)],
    labelText(labels),
    String(usesLeft),
    createdBy,
    instant(expiresAt),
  ]);
  printTable(
    terminal,
    ['TOKEN', 'NAMES', 'LABELS', 'USES LEFT', 'BY', 'UNTIL'],
    rows,
    'There is no join token that can still be used.',
  );
};
