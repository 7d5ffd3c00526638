import type { Brand } from '@writ/kernel';
import { refuse } from '../refuse.js';
import { isHostName, type HostName } from './host-name.js';

/**
 * What an organization may name: one host name, or `*.suffix` for every name below the suffix, at any depth and
 * without the suffix itself.
 */
export type NamePattern = Brand<string, 'NamePattern'>;

/** The text as a NamePattern ('name_pattern_invalid'): a host name, or `*.` and a host name. */
export function namePattern(text: string): NamePattern {
  if (!isHostName(text.startsWith('*.') ? text.slice(2) : text)) {
    refuse(
      'name_pattern_invalid',
      'A name pattern is a host name, or *. and a host name, like *.acme.example; nothing else has a wildcard.',
    );
  }
  return text as NamePattern;
}

/**
 * The text as a NamePattern that one organization may have for itself: beside what `namePattern` asks, at least two labels that
 * are written out ('name_pattern_too_wide'). `*.com` would be everybody's, and `bastion` is a different host in every
 * network.
 */
export function ownableNamePattern(text: string): NamePattern {
  const pattern = namePattern(text);
  if (!text.replace(/^\*\./, '').includes('.')) {
    refuse(
      'name_pattern_too_wide',
      `${text} is too wide for one organization: write at least two labels out, like *.acme.example.`,
    );
  }
  return pattern;
}

/** True where one of the patterns covers the name. No patterns cover no name. */
export function hostNameWithin(name: HostName, patterns: readonly NamePattern[]): boolean {
  return patterns.some((pattern) => covers(pattern, name));
}

/** Every pair of patterns, one of each side, that some host name fits at once. */
export function overlappingNamePatterns(
  left: readonly NamePattern[],
  right: readonly NamePattern[],
): { readonly left: NamePattern; readonly right: NamePattern }[] {
  return left.flatMap((one) =>
    right
      .filter((other) => covers(one, other) || covers(other, one))
      .map((other) => ({ left: one, right: other })),
  );
}

/** True where no host name fits patterns of both sides: what two organizations' names must be to each other. */
export function disjointNamePatterns(left: readonly NamePattern[], right: readonly NamePattern[]): boolean {
  return overlappingNamePatterns(left, right).length === 0;
}

/**
 * True where every name that `inner` fits is covered by `pattern`. `inner` may hold wildcards anywhere: `*` and `?`
 * stand for any characters, as in known_hosts, so that only its literal end can be relied on.
 */
export function covers(pattern: NamePattern, inner: string): boolean {
  return pattern.startsWith('*.') ? inner.endsWith(pattern.slice(1)) : inner === pattern;
}
