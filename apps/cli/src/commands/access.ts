import { actorName } from '../names.js';
import type { Run } from '../run.js';
import { signedIn } from '../session/client.js';
import { collect } from '../session/pages.js';
import { printTable } from '../terminal/table.js';
import { strong, warning, type Line } from '../terminal/text.js';

/** The largest page that the service gives of this list. */
const page = 5000;

export const run: Run = async (surroundings, input) => {
  const { terminal } = surroundings;
  const [user, host, login] = [input.option('user'), input.option('host'), input.option('login')];
  const asked = {
    ...(user === undefined ? {} : { user: actorName(user) }),
    ...(host === undefined ? {} : { host }),
    ...(login === undefined ? {} : { login }),
  };
  const client = await signedIn(surroundings, input);
  const { items } = await terminal.working('Reading access', () =>
    collect(
      (query) => client.call('listAccess', { params: client.organization, query: { ...asked, ...query } }),
      Number.POSITIVE_INFINITY,
      page,
    ),
  );
  if (input.json) return terminal.json(items);
  const rows = items.map((entry): Line[] => [
    [strong(entry.user)],
    entry.login,
    entry.host ?? [warning('wherever the user CA is trusted')],
    entry.roles.join(' '),
  ]);
  printTable(terminal, ['USER', 'AS', 'HOST', 'BY'], rows, 'Nobody gets there.');
};
