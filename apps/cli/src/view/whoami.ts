import type { Reach, Whoami } from '@writ/contract';
import { durationWords } from '../duration.js';
import type { Server } from '../network/server.js';
import { quiet, strong, type Line } from '../terminal/text.js';
import { field, instant } from './fields.js';

/** What is said where nothing is reached: to a person of the provider whose session has no second factor; else null. */
export function fromOutside({ user, organization, session }: Whoami): string | null {
  return user.kind === 'person' && organization.kind !== 'customer' && session.strength === 'single'
    ? 'what other organizations delegate takes a second factor: `writ second-factor add`'
    : null;
}

/** A session in words, with the roles of other organizations by what may be reached; what it may do at the service is another list. */
export function describeWhoami(whoami: Whoami, server: Server, reach: Reach): readonly Line[] {
  const { user, organization, session } = whoami;
  const delegated = reach.organizations
    .filter(({ handle }) => handle !== organization.handle)
    .flatMap(({ name, roles }) => roles.map((role) => ({ ...role, name: `${name}/${role.name}` })));
  const roles = [...whoami.roles, ...delegated];
  const outside = fromOutside(whoami);
  return [
    field('user', [
      strong(user.name),
      ` (${user.administrativeRole}${user.kind === 'service' ? ', a service account' : ''})`,
    ]),
    field('organization', [organization.name, quiet(` (handle ${organization.handle})`)]),
    field('server', [server.url, server.pin === null ? '' : quiet(' pinned')]),
    field('session', `signed in by ${session.method}, until ${instant(session.expiresAt)}`),
    ...(session.strength === 'multi' ? [field('', 'with a second factor')] : []),
    ...(roles.length === 0 ? [field('roles', 'none: no certificate can be issued')] : []),
    ...(roles.length === 0 && outside !== null ? [field('', outside)] : []),
    ...roles.map((role, index) =>
      field(index === 0 ? 'roles' : '', [
        strong(role.name),
        `: may be ${role.logins.join(', ')} for up to ${durationWords(BigInt(role.maxTtlSeconds))}`,
      ]),
    ),
  ];
}
