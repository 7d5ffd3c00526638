import type { Reach, ReachedOrganization } from '@writ/contract';

type ReachedHost = ReachedOrganization['hosts'][number];

/** As whom the roles reach a host, in order. */
export function loginsOn({ roles }: ReachedOrganization, host: ReachedHost): readonly string[] {
  const by = roles.filter(({ name }) => host.roles.includes(name));
  return [...new Set(by.flatMap(({ logins }) => logins))].sort();
}

/** What of a reach is left when only one organization is of interest. */
export function reachedIn({ organizations }: Reach, handle: string): Reach {
  return { organizations: organizations.filter((each) => each.handle === handle) };
}

/** What of a reach is left when only one login is of interest. */
export function reachedAs({ organizations }: Reach, login: string): Reach {
  return {
    organizations: organizations.map((organization) => {
      const roles = organization.roles.filter(({ logins }) => logins.includes(login));
      const names = new Set(roles.map(({ name }) => name));
      const hosts = organization.hosts
        .map((host) => ({ ...host, roles: host.roles.filter((role) => names.has(role)) }))
        .filter((host) => host.roles.length > 0);
      return { ...organization, roles, hosts };
    }),
  };
}

/** The roles whose certificates carry login names, which people have to know of. */
export function rolesByLogins({ organizations }: Reach, login: string | undefined) {
  return organizations.flatMap(({ name: organization, roles }) =>
    roles
      .filter(({ principals }) => principals === 'logins')
      .map(({ name: role, logins }) => ({
        organization,
        role,
        logins: login === undefined ? logins : logins.filter((each) => each === login),
      })),
  );
}
