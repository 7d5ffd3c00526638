import type { Group } from '@writ/contract';
import type { Input } from '../input.js';
import { strong, type Line } from '../terminal/text.js';
import type { Terminal } from '../terminal/terminal.js';
import { field, instant } from './fields.js';

/** @param delegated the roles of customers that it holds ('globex/web-admin') */
export function describeGroup(group: Group, delegated: readonly string[]): readonly Line[] {
  const listed = (names: readonly string[], none: string): string =>
    names.length === 0 ? none : names.join(', ');
  return [
    field('group', [strong(group.name)]),
    field('people', listed(group.users, 'nobody by name')),
    field('groups', listed(group.groups, 'none')),
    field('in groups', listed(group.within, 'none')),
    field('roles', listed(group.roles, 'none by its own name')),
    ...(delegated.length === 0 ? [] : [field('delegated', listed(delegated, ''))]),
    field('created', instant(group.createdAt)),
  ];
}

/** What a change of a group prints: nothing but the sentence, or the group as JSON. */
export function printChangedGroup(terminal: Terminal, input: Input, group: Group, sentence: string): void {
  if (input.json) terminal.json(group);
  else terminal.say(sentence);
}
