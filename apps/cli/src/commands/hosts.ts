import type { Reach } from '@writ/contract';
import { fail } from '../errors.js';
import { directories } from '../files/directories.js';
import type { Run, Surroundings } from '../run.js';
import { signedIn, type Client } from '../session/client.js';
import { readConfiguration } from '../session/configuration.js';
import { keepReach } from '../ssh/set-up.js';
import { printTable } from '../terminal/table.js';
import { strong, type Line } from '../terminal/text.js';
import { ansibleInventory } from '../view/ansible.js';
import { fromOutside } from '../view/whoami.js';
import { loginsOn, reachedAs, reachedIn, rolesByLogins } from '../view/reach.js';

export const run: Run = async (surroundings, input) => {
  const { terminal } = surroundings;
  if (input.json && input.flag('ansible')) fail('usage_invalid', 'Use either --json or --ansible.');
  const client = await signedIn(surroundings, input);
  const asked: Reach = await terminal.working('Reading hosts', async () =>
    input.flag('all')
      ? { organizations: [await client.call('reachOfAll', { params: client.organization })] }
      : await client.call('listReach', {}),
  );
  const told = input.flag('all') ? null : await tellSsh(surroundings, client, asked);
  const { organization: handle } = client.organization;
  const only = input.option('org') === undefined ? asked : reachedIn(asked, handle);
  const login = input.option('login');
  const reach = login === undefined ? only : reachedAs(only, login);
  if (input.json) return terminal.json(reach);
  if (input.flag('ansible')) return terminal.json(ansibleInventory(reach, login));
  const rows = reach.organizations.flatMap((organization) =>
    organization.hosts.map((host): Line[] => [
      [strong(host.name)],
      (told?.get(host.name) ?? host.shortNames).join(' '),
      (login === undefined ? loginsOn(organization, host) : [login]).join(' '),
      host.roles.join(' '),
    ]),
  );
  const nobody = input.flag('all')
    ? 'No role reaches a host yet.'
    : `None of your roles reaches a host.${rows.length > 0 ? '' : await mayTakeSecondFactor(client)}`;
  printTable(terminal, ['HOST', 'ALSO', 'AS', 'BY'], rows, nobody);
  for (const { role, logins, organization } of rolesByLogins(reach, login)) {
    terminal.warn(
      `the role ${role} is for ${logins.join(', ')} on every host that trusts the user CA of ${organization} itself; no joined host believes it.`,
    );
  }
};

async function mayTakeSecondFactor(client: Client): Promise<string> {
  const { user, session } = await client.call('whoami', {});
  return user.kind === 'person' && session.strength === 'single' ? ` Mind: ${fromOutside}.` : '';
}

/**
 * What is listed here plain `ssh` knows from now on, too. That it cannot be told keeps nobody from the list. Resolves to the short
 * names that ssh takes, by host; null where it was told nothing.
 */
async function tellSsh(
  surroundings: Surroundings,
  client: Client,
  reach: Reach,
): Promise<ReadonlyMap<string, readonly string[]> | null> {
  const ssh = (await readConfiguration(directories(surroundings.environment)))?.ssh;
  if (ssh?.wanted !== true) return null;
  try {
    const { organizations } = await keepReach(surroundings, client, reach, ssh);
    const hosts = organizations.flatMap((organization) => organization.hosts);
    return new Map(hosts.map(({ name, names }) => [name, names.filter((each) => each !== name)]));
  } catch (error) {
    surroundings.terminal.warn(
      `ssh was not told of it: ${error instanceof Error ? error.message : String(error)}`,
    );
    return null;
  }
}
