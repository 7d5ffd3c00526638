import type { Brand } from '@writ/kernel';
import { refuse } from '../refuse.js';
import { covers, type NamePattern } from './name-pattern.js';

/**
 * One host pattern of a known_hosts line: a lower-case name in which `*` and `?` are wildcards, or such a name and a
 * port as `[name]:port`, with `!` in front where it excludes.
 */
export type KnownHostsPattern = Brand<string, 'KnownHostsPattern'>;

const shape = /^!?(?:[^[\]]+|\[[^[\]]+\]:[1-9][0-9]{0,4})$/;
const body = /^[a-z0-9*?-]+(?:\.[a-z0-9*?-]+)*$/;
const literalLabel = /^(?!-)[a-z0-9-]*[a-z0-9]$/;

/**
 * The text as a KnownHostsPattern. Commas, spaces and anything else that would end the pattern are refused
 * ('known_hosts_pattern_invalid'), negation unless `negation` is true ('known_hosts_pattern_negated'), and a last
 * label with a wildcard, such as `*` or `web-?` ('known_hosts_pattern_too_wide'): it would fit names of any domain.
 * Addresses are not names and are refused. Source: sshd(8) SSH_KNOWN_HOSTS FILE FORMAT.
 */
export function knownHostsPattern(
  text: string,
  options: { readonly negation?: boolean } = {},
): KnownHostsPattern {
  const name = namePart(text);
  if (!shape.test(text) || name.length > 253 || !body.test(name) || portPart(text) > 65535) return invalid();
  if (text.startsWith('!') && options.negation !== true) {
    refuse(
      'known_hosts_pattern_negated',
      'A negated pattern excludes hosts; leave the ! away, or ask for it.',
    );
  }
  const last = name.slice(name.lastIndexOf('.') + 1);
  if (/[*?]/.test(last)) {
    refuse(
      'known_hosts_pattern_too_wide',
      'The pattern would fit hosts of any domain; write the last label out, like *.acme.example.',
    );
  }
  if (!literalLabel.test(last) || /^[0-9]+$/.test(last)) return invalid();
  return text as KnownHostsPattern;
}

/**
 * True where every host that the pattern fits is a name that the organization's patterns cover. An excluding
 * pattern fits nothing and is within any patterns. No patterns cover no host.
 */
export function patternWithin(
  pattern: KnownHostsPattern | NamePattern,
  patterns: readonly NamePattern[],
): boolean {
  if (isNegated(pattern)) return true;
  return patterns.some((each) => covers(each, namePart(pattern)));
}

/** True where the pattern excludes what it fits. */
export function isNegated(pattern: KnownHostsPattern | NamePattern): boolean {
  return pattern.startsWith('!');
}

function namePart(pattern: string): string {
  return pattern.replace(/^!?\[?|\]:[0-9]+$/g, '');
}

function portPart(pattern: string): number {
  return Number(pattern.split(']:')[1] ?? 0);
}

function invalid(): never {
  return refuse(
    'known_hosts_pattern_invalid',
    'A known_hosts pattern is one lower-case host name, which may hold * and ?, or [name]:port; pass several as a list.',
  );
}
