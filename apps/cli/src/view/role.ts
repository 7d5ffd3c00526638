import type { Role, RoleWithPaths } from '@writ/contract';
import { durationWords } from '../duration.js';
import type { Input } from '../input.js';
import { strong, warning, type Line } from '../terminal/text.js';
import type { Terminal } from '../terminal/terminal.js';
import { field, instant } from './fields.js';

export function describeRole(role: Role): readonly Line[] {
  const { forceCommand, sourceAddress, verifyRequired } = role.criticalOptions;
  const optional = (name: string, value: string | undefined): Line[] =>
    value === undefined ? [] : [field(name, value)];
  return [
    field('role', [strong(role.name), ` (handle ${role.handle})`]),
    field('logins', role.logins.join(', ')),
    field('good on', goodOn(role)),
    field('at most', durationWords(BigInt(role.maxTtlSeconds))),
    ...optional(
      'sessions last',
      role.maxSessionSeconds === null
        ? undefined
        : `at most ${durationWords(BigInt(role.maxSessionSeconds))}`,
    ),
    field('extensions', role.extensions.length === 0 ? 'none' : role.extensions.join(', ')),
    ...optional('only command', forceCommand),
    ...optional('only from', sourceAddress?.join(', ')),
    ...optional('security key', verifyRequired === true ? 'must have checked its user' : undefined),
    field('key types', role.keyTypes.join(', ')),
    field('key id', role.keyIdTemplate),
    field('created', instant(role.createdAt)),
    ...(role.changedAt === null ? [] : [field('changed', instant(role.changedAt))]),
    field('members', role.members.length === 0 ? 'nobody' : role.members.join(', ')),
    ...(role.groups.length === 0 ? [] : [field('groups', role.groups.join(', '))]),
  ];
}

/** By which paths everybody is in a role, where any but their own grants there are: a line for each path. */
export function describePaths({ paths }: RoleWithPaths): readonly Line[] {
  if (paths.every(({ groups }) => groups.length === 0)) return [];
  return paths.map(({ holder, groups }) => field('in it', `${holder}, ${pathText(groups)}`));
}

/** How somebody is in a role: 'by name', by groups from the one that it was granted to inwards, or by a delegation. */
export function pathText(groups: readonly string[]): string {
  if (groups.length === 0) return 'by name';
  // No group of the organization's own has a slash in its name.
  return groups.some((group) => group.includes('/'))
    ? `by the delegation to ${groups.join(' > ')}`
    : `by ${groups.join(' > ')}`;
}

function goodOn({ selector }: Role): Line {
  if (selector === null) return [warning('every host that trusts the user CA')];
  const labels = Object.entries(selector).map(([key, value]) => `${key}=${value}`);
  return [`joined hosts with ${labels.sort().join(', ')}`];
}

/** What a change of a role prints: nothing but the sentence, or the role as JSON. */
export function printChangedRole(terminal: Terminal, input: Input, role: Role, sentence: string): void {
  if (input.json) terminal.json(role);
  else terminal.say(sentence);
}
