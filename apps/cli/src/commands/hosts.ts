import type { Reach } from '@writ/contract';
import { fail } from '../errors.js';
import type { Run } from '../run.js';
import { signedIn, type Client } from '../session/client.js';
import { tellSsh } from '../ssh/tell-ssh.js';
import { printTable } from '../terminal/table.js';
import { strong, type Line } from '../terminal/text.js';
import { ansibleInventory } from '../view/ansible.js';
import { fromOutside } from '../view/whoami.js';
import { loginsOn, reachedAs, reachedIn, rolesByLogins } from '../view/reach.js';

export const run: Run = async (surroundings, input) => {
  const { terminal } = surroundings;
  if (input.json && input.flag('ansible')) fail('usage_invalid', 'Use either --json or --ansible.');
  const client = await signedIn(surroundings, input);
  const now = surroundings.clock();
  const asked: Reach = await terminal.working('Reading hosts', async () =>
    input.flag('all')
      ? { organizations: [await client.call('reachOfAll', { params: client.organization })] }
      : await client.call('listReach', {}),
  );
  const told = input.flag('all') ? null : await tellSsh(surroundings, client, { reach: asked, asked: now });
  const { organization: handle } = client.organization;
  const only = input.option('org') === undefined ? asked : reachedIn(asked, handle);
  const login = input.option('login');
  const reach = login === undefined ? only : reachedAs(only, login);
  if (input.json) return terminal.json(reach);
  if (input.flag('ansible')) return terminal.json(ansibleInventory(reach, login));
  const taken = new Map<string, readonly string[]>(
    told?.organizations
      .flatMap(({ hosts }) => hosts)
      .map(({ name, names }) => [name, names.filter((each) => each !== name)]),
  );
  const rows = reach.organizations.flatMap((organization) =>
    organization.hosts.map((host): Line[] => [
      [strong(host.name)],
      (taken.get(host.name) ?? host.shortNames).join(' '),
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
  const outside = fromOutside(await client.call('whoami', {}));
  return outside === null ? '' : ` Mind: ${outside}.`;
}
