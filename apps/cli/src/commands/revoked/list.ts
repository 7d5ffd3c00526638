import { limitOf } from '../../numbers.js';
import type { Run } from '../../run.js';
import { signedIn } from '../../session/client.js';
import { collect } from '../../session/pages.js';
import { printTable } from '../../terminal/table.js';
import { strong } from '../../terminal/text.js';
import { instant } from '../../view/fields.js';
import { amountRevoked } from '../../view/revocation.js';

export const run: Run = async (surroundings, input) => {
  const { terminal } = surroundings;
  const most = limitOf(input.option('limit'), 100);
  const client = await signedIn(surroundings, input);
  const { items, more } = await terminal.working('Reading revocations', () =>
    collect((query) => client.call('listRevocations', { params: client.organization, query }), most),
  );
  if (more) terminal.say(`Only the newest ${most}; --limit shows more.`);
  if (input.json) return terminal.json(items);
  const rows = items.map((each) => [
    each.id,
    instant(each.at),
    [strong(`${each.cause} ${each.subject}`.trim())],
    amountRevoked(each),
    each.krlVersion,
    each.by ?? '-',
    each.reason,
  ]);
  const heads = ['REVOCATION', 'WHEN', 'WHAT', 'REVOKED', 'KRL', 'BY', 'WHY'];
  printTable(terminal, heads, rows, 'Nothing was ever revoked.');
};
