import type { Reach, ReachedOrganization } from '@writ/contract';
import { loginsOn } from './reach.js';

type ReachedHost = ReachedOrganization['hosts'][number];

interface Group {
  readonly hosts?: Readonly<Record<string, object>>;
  readonly children?: Readonly<Record<string, Group>>;
}

/**
 * An inventory as Ansible's `yaml` plugin reads it: the hosts of each organization in the group `org_<organization>`, and
 * those that a role reaches in `role_<organization>__<role>` below it. `ansible_user` is the login that was asked for, or
 * the only one there is. Addresses are left to ssh, which knows them by these names.
 */
export function ansibleInventory(
  { organizations }: Reach,
  login: string | undefined,
): { readonly all: Group } {
  const children = organizations.map((organization): [string, Group] => [
    `org_${word(organization.name)}`,
    groupOf(organization, login),
  ]);
  return { all: { children: Object.fromEntries(children) } };
}

function groupOf(organization: ReachedOrganization, login: string | undefined): Group {
  const { hosts, name, roles } = organization;
  const reaching = roles.filter(({ principals }) => principals === 'role');
  return {
    hosts: Object.fromEntries(hosts.map((host) => [host.name, variables(organization, host, login)])),
    children: Object.fromEntries(
      reaching.map((role) => [
        `role_${word(name)}__${word(role.name)}`,
        {
          hosts: Object.fromEntries(
            hosts.filter((host) => host.roles.includes(role.name)).map((host) => [host.name, {}]),
          ),
        },
      ]),
    ),
  };
}

function variables(organization: ReachedOrganization, host: ReachedHost, login: string | undefined): object {
  const logins = loginsOn(organization, host);
  const user = login ?? (logins.length === 1 ? logins[0] : undefined);
  return {
    ...(user === undefined ? {} : { ansible_user: user }),
    writ_logins: logins,
    writ_roles: host.roles,
  };
}

/** Names of groups are words: letters, digits and underscores. */
function word(name: string): string {
  return name.replaceAll('-', '_');
}
