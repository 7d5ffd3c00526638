import type { Run } from '../../run.js';
import { signedIn } from '../../session/client.js';
import { collect } from '../../session/pages.js';
import { printTable } from '../../terminal/table.js';
import { strong } from '../../terminal/text.js';
import { instant } from '../../view/fields.js';

const states = ['active', 'locked', 'disabled'] as const;

export const run: Run = async (surroundings, input) => {
  const { terminal } = surroundings;
  const client = await signedIn(surroundings, input);
  const state = states.find((each) => each === input.option('state'));
  const { items } = await terminal.working('Reading service accounts', () =>
    collect((page) =>
      client.call('listServiceAccounts', {
        params: client.organization,
        query: { ...page, ...(state === undefined ? {} : { state }) },
      }),
    ),
  );
  if (input.json) return terminal.json(items);
  const rows = items.map(({ name, state, administrativeRole, keys }) => {
    const used = keys.flatMap(({ lastUsedAt }) => (lastUsedAt === null ? [] : [lastUsedAt])).sort();
    const last = used.at(-1);
    return [
      [strong(name)],
      state,
      administrativeRole,
      String(keys.length),
      last === undefined ? 'never' : instant(last),
    ];
  });
  const heads = ['SERVICE ACCOUNT', 'STATE', 'MAY', 'KEYS', 'LAST USED'];
  printTable(terminal, heads, rows, 'There are no such service accounts.');
};
