import { ProblemError } from '@writ/contract';
import { actorName } from '../names.js';
import type { Run } from '../run.js';
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
      if (!onlyHome || !(error instanceof ProblemError) || !hasCode(error, 'not_found')) throw error;
      if (host === undefined || user !== undefined)
        throw new ProblemError({ ...error.problem, detail: `${error.problem.detail} ${advice}` });
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
  const nobody = onlyHome ? `Nobody gets there. ${advice}` : 'Nobody gets there.';
  printTable(terminal, ['USER', 'AS', 'HOST', 'BY'], rows, nobody);
};
