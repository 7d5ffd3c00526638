import type { Caller } from '../caller.js';
import type { Failure } from '../failure.js';
import type { Labels } from '../labels.js';
import { met, unmet, type Outcome } from '../outcome.js';
import type { SoughtHost, Target } from '../request.js';
import type { Role } from '../role.js';
import { reaches } from '../selector.js';
import { chosenRole } from './role-choice.js';

/**
 * The roles that a certificate may be of, in the order in which they are tried: those of the caller that reach the target,
 * by name; without a target the named role, or the only one.
 */
export function candidateRoles(
  caller: Caller,
  roles: readonly Role[],
  { roleName, target }: { readonly roleName?: string; readonly target?: Target },
): Outcome<readonly Role[]> {
  if (target === undefined) {
    const choice = chosenRole(roles, roleName);
    return choice.met ? met([choice.value]) : choice;
  }
  const named = roles.filter(({ name }) => roleName === undefined || name === roleName);
  if (target.host.kind !== 'joined') return unmet(noHost(target.host), ...forLogins(caller, named, target));
  const { name, labels } = target.host;
  const reaching = named.filter((role) => reaches(role, labels));
  const fitting = reaching.filter(({ logins }) => logins.some((login) => login === target.login));
  const own = fitting.filter(({ memberOf }) => memberOf).sort(byName);
  if (own.length > 0) return met(own);
  return unmet(
    ...notChosen(reaching, { name, labels }, roleName),
    ...notAs(fitting.length > 0 ? reaching.filter(({ memberOf }) => memberOf) : reaching, name, target.login),
    ...notGranted(caller, fitting, name, target.login),
    ...forLogins(caller, named, target),
  );
}

/** Why nobody can be reached there at all. */
export function noHost(host: Exclude<SoughtHost, { readonly kind: 'joined' }>): Failure {
  if (host.kind === 'ambiguous') {
    return {
      rule: 'host_ambiguous',
      message: `${host.asked} may mean ${host.names.join(' or ')}; say which.`,
    };
  }
  if (host.kind === 'signed') {
    return {
      rule: 'host_not_joined',
      message: `Keys of ${host.name} were signed, but it has not joined, and roles reach joined hosts only.`,
    };
  }
  return {
    rule: 'host_unknown',
    message: `There is no host ${host.asked} that a role in sight reaches.`,
  };
}

function notChosen(
  reaching: readonly Role[],
  { name, labels }: { readonly name: string; readonly labels: Labels },
  roleName: string | undefined,
): Failure[] {
  if (reaching.length > 0) return [];
  const carried = Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .sort()
    .join(',');
  const what = roleName === undefined ? 'No role in sight' : `The role ${roleName} is none that`;
  return [
    {
      rule: 'host_not_chosen',
      message: `${what} chooses ${name}, which carries ${carried === '' ? 'no labels' : carried}.`,
    },
  ];
}

/** Roles that reach the host, but not as this login: the caller's own, or others too where none would do. */
function notAs(reaching: readonly Role[], host: string, login: string): Failure[] {
  return reaching
    .filter(({ logins }) => !logins.some((each) => each === login))
    .sort(byName)
    .map(({ name, logins }) => ({
      rule: 'login_not_of_role',
      message: `The role ${name} reaches ${host} as ${logins.length === 0 ? 'nobody' : logins.join(', ')}, not as ${login}.`,
    }));
}

/** Roles that would do, of which the caller is no member. */
function notGranted({ userName }: Caller, fitting: readonly Role[], host: string, login: string): Failure[] {
  return [...fitting].sort(byName).map(({ name }) => ({
    rule: 'role_not_granted',
    message: `The role ${name} reaches ${host} as ${login}, and ${userName} is not a member of it.`,
  }));
}

/** Roles by logins, which people may take for what they need. */
function forLogins({ userName }: Caller, roles: readonly Role[], { login }: Target): Failure[] {
  return roles
    .filter(({ principals, logins, memberOf }) => {
      return memberOf && principals === 'logins' && logins.some((each) => each === login);
    })
    .sort(byName)
    .map(({ name }) => ({
      rule: 'role_for_logins',
      message: `${userName} may be ${login} by the role ${name} wherever the user CA itself is trusted; joined hosts do not believe such certificates.`,
    }));
}

function byName(one: Role, other: Role): number {
  return Number(one.name > other.name) - Number(one.name < other.name);
}
