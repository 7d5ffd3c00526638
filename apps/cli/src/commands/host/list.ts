import type { Run } from '../../run.js';
import { signedIn } from '../../session/client.js';
import { collect } from '../../session/pages.js';
import { printTable } from '../../terminal/table.js';
import { strong } from '../../terminal/text.js';
import { instant } from '../../view/fields.js';
import { labelText, provedText, stateOf } from '../../view/host.js';

export const run: Run = async (surroundings, input) => {
  const { terminal } = surroundings;
  const client = await signedIn(surroundings, input);
  const { items } = await terminal.working('Reading hosts', () =>
    collect((query) => client.call('listHosts', { params: client.organization, query })),
  );
  if (input.json) return terminal.json(items);
  const rows = items.map(({ name, labels, lastSeenAt, proved, krlVersion, problems }) => [
    [strong(name)],
    labelText(labels),
    lastSeenAt === null ? 'never' : instant(lastSeenAt),
    provedText({ proved, krlVersion }),
    [stateOf({ problems })],
  ]);
  printTable(
    terminal,
    ['HOST', 'LABELS', 'LAST SEEN', 'ENFORCES', 'STATE'],
    rows,
    `No host has joined yet: \`writ host token create${input.inOrganization}\`.`,
  );
};
