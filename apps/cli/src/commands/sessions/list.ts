import { actorNameIn } from '../../names.js';
import type { Run } from '../../run.js';
import { signedIn } from '../../session/client.js';
import { collect } from '../../session/pages.js';
import { printTable } from '../../terminal/table.js';
import { bad, strong } from '../../terminal/text.js';
import { instant } from '../../view/fields.js';
import { cameFrom, restsOn, stateOf } from '../../view/host-session.js';

export const run: Run = async (surroundings, input) => {
  const { terminal } = surroundings;
  const [host, user] = [input.option('host'), input.option('user')];
  const client = await signedIn(surroundings, input);
  const wanted = {
    ...(host === undefined ? {} : { host }),
    ...(user === undefined
      ? {}
      : { user: actorNameIn(input.option('org') ?? client.session.tokens.organization.name, user) }),
  };
  const { items } = await terminal.working('Reading sessions', () =>
    collect((page) =>
      client.call('listHostSessions', { params: client.organization, query: { ...page, ...wanted } }),
    ),
  );
  if (input.json) return terminal.json(items);
  const rows = items.map((each) => [
    [strong(each.host)],
    each.id,
    each.user ?? '-',
    each.login ?? '-',
    cameFrom(each.from),
    instant(each.began),
    restsOn(each),
    [stateOf(each) === 'open' ? 'open' : bad(stateOf(each))],
    instant(each.reportedAt),
  ]);
  const heads = ['HOST', 'SESSION', 'USER', 'LOGIN', 'FROM', 'SINCE', 'RESTS ON', 'STATE', 'AS OF'];
  printTable(terminal, heads, rows, 'No host has reported such a session.');
};
