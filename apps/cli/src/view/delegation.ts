import type { Delegation } from '@writ/contract';
import type { Input } from '../input.js';
import { counted } from '../numbers.js';
import { strong, type Line } from '../terminal/text.js';
import type { Terminal } from '../terminal/terminal.js';
import { field, instant } from './fields.js';

export function describeDelegation(each: Delegation): readonly Line[] {
  const done = (name: string, by: string | null, at: string | null): Line[] =>
    by === null || at === null ? [] : [field(name, `${instant(at)}, by ${by}`)];
  return [
    field('delegation', each.id),
    field('role', [strong(`${each.customer}/${each.role}`)]),
    field('to', `${each.to} (${each.kind})`),
    field('state', each.state),
    field('people now', each.people.length === 0 ? 'nobody' : each.people.join(', ')),
    ...done('offered', each.offeredBy, each.offeredAt),
    ...done('accepted', each.acceptedBy, each.acceptedAt),
    ...done('ended', each.endedBy, each.endedAt),
    field('used', counted(each.used, 'certificate')),
    field('last used', each.lastUsedAt === null ? 'never' : instant(each.lastUsedAt)),
  ];
}

/** What a change of a delegation prints: nothing but the sentence, or the delegation as JSON. */
export function printChangedDelegation(
  terminal: Terminal,
  input: Input,
  made: Delegation,
  sentence: string,
): void {
  if (input.json) terminal.json(made);
  else terminal.say(sentence);
}
