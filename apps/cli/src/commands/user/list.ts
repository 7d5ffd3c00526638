import type { Run } from '../../run.js';
import { signedIn } from '../../session/client.js';
import { collect } from '../../session/pages.js';
import { printTable } from '../../terminal/table.js';
import { strong } from '../../terminal/text.js';
import { instant } from '../../view/fields.js';
import { stateOf } from '../../view/user.js';

const states = ['invited', 'active', 'locked', 'disabled'] as const;

export const run: Run = async (surroundings, input) => {
  const { terminal } = surroundings;
  const client = await signedIn(surroundings, input);
  const state = states.find((each) => each === input.option('state'));
  const { items } = await terminal.working('Reading users', () =>
    collect((page) =>
      client.call('listUsers', {
        params: client.organization,
        query: { ...page, ...(state === undefined ? {} : { state }) },
      }),
    ),
  );
  if (input.json) return terminal.json(items);
  const rows = items.map((user) => [
    [strong(user.name)],
    stateOf(user),
    user.administrativeRole,
    instant(user.createdAt),
  ]);
  printTable(terminal, ['USER', 'STATE', 'MAY', 'CREATED'], rows, 'There are no such users.');
};
