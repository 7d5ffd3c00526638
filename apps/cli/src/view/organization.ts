import type { OrganizationEntry } from '@writ/contract';
import type { Input } from '../input.js';
import { bad, strong, type Line } from '../terminal/text.js';
import { field } from './fields.js';

export function describeOrganization(entry: OrganizationEntry): readonly Line[] {
  return [
    field('organization', [strong(entry.name), ` (${entry.kind})`]),
    field('handle', entry.handle),
    field('state', entry.state === 'active' ? 'active' : [bad('closed')]),
    field('host names', entry.namePatterns.join(', ')),
    field('owner', entry.hasOwner ? 'has an owner of its own' : 'none of its own yet'),
    field('you', actingWords(entry)),
  ];
}

const words = {
  home: 'are at home',
  provider: 'act as its owner, until it has one',
  delegation: 'act by delegation',
} as const;

/** How the caller may act there, in words. */
export function actingWords({ acting }: Pick<OrganizationEntry, 'acting'>): string {
  return acting === null ? 'cannot act in it' : words[acting];
}

/** The values of --names, each of which may be a list; null where it was not given. */
export function patternsOf(input: Input): string[] | null {
  const patterns = input
    .values('names')
    .flatMap((value) => value.split(','))
    .map((word) => word.trim())
    .filter((word) => word !== '');
  return patterns.length === 0 ? null : patterns;
}
