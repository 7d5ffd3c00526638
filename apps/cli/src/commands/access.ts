import { actorName } from '../names.js';
import type { Run } from '../run.js';
import { advised } from '../session/advice.js';
import { hasCode, signedIn, type Client } from '../session/client.js';
import { organizationOfHost } from '../session/organization-of-host.js';
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
  const read = (params: Client['organization']) =>
    collect(
      (query) => client.call('listAccess', { params, query: { ...asked, ...query } }),
      Number.POSITIVE_INFINITY,
      page,
    );
  const onlyHome = input.option('org') === undefined;
  const advice = `Only ${client.session.tokens.organization.name} was asked: for another organization say --org.`;
  const { items } = await terminal.working('Reading access', () =>
    read(client.organization).catch(async (error: unknown) => {
      if (!onlyHome || !hasCode(error, 'not_found')) throw error;
      if (host === undefined || user !== undefined) throw advised(error, 'not_found', advice);
      const elsewhere = await organizationOfHost(client, host);
      if (elsewhere === null) throw error;
      return read(elsewhere);
    }),
  );
  if (input.json) return terminal.json(items);
  const rows = items.map((entry): Line[] => [
    [strong(entry.user)],
    entry.login,
    entry.host ?? [warning('wherever the user CA is trusted')],
    entry.roles.join(' '),
  ]);
  const somewhere = host !== undefined || login !== undefined;
  const none =
    user === undefined
      ? 'Nobody gets there.'
      : somewhere
        ? `${user} does not get there.`
        : `${user} gets nowhere.`;
  printTable(terminal, ['USER', 'AS', 'HOST', 'BY'], rows, onlyHome ? `${none} ${advice}` : none);
};
