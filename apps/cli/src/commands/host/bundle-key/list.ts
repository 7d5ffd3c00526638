import type { Run } from '../../../run.js';
import { signedIn } from '../../../session/client.js';
import { printTable } from '../../../terminal/table.js';
import { good, strong } from '../../../terminal/text.js';
import { unknownToText } from '../../../view/bundle-key.js';
import { instant } from '../../../view/fields.js';

export const run: Run = async (surroundings, input) => {
  const { terminal } = surroundings;
  const client = await signedIn(surroundings, input);
  const { items } = await client.call('listBundleKeys', { params: client.organization });
  if (input.json) return terminal.json(items);
  const rows = items.map((key) => [
    [strong(key.fingerprint)],
    key.state === 'active' ? [good(key.state)] : key.state,
    instant(key.createdAt),
    key.state === 'retired' ? '' : unknownToText(key, 3),
  ]);
  printTable(
    terminal,
    ['BUNDLE KEY', 'STATE', 'MADE', 'UNKNOWN TO'],
    rows,
    `No host needed a key yet: \`writ host token create${input.inOrganization}\`.`,
  );
};
