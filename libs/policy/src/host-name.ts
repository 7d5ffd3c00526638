import { CodedError, type Brand } from '@writ/kernel';
import type { PolicyErrorCode } from './errors.js';

/** A host's DNS name in lower case, without a trailing dot: at least one label, the last one not a number. */
export type HostName = Brand<string, 'HostName'>;

/** `*.suffix`, or one host name. A host is inside when its name ends in `.suffix`, or is that name. */
export type NamePattern = Brand<string, 'NamePattern'>;

const label = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
const longestName = 253;

function isHostName(text: string): boolean {
  if (text.length > longestName) return false;
  const labels = text.split('.');
  return labels.every((each) => label.test(each)) && !/^[0-9]+$/.test(labels.at(-1) ?? '');
}

/**
 * The host name that `text` is (RFC 1123 §2.1), in the one spelling that ssh compares: lower case.
 * Wildcards, addresses, underscores and trailing dots are refused.
 * Ends in 'host_name_invalid'.
 */
export function hostName(text: string): HostName {
  if (isHostName(text)) return text as HostName;
  throw new CodedError<PolicyErrorCode>(
    'host_name_invalid',
    'A host name has labels of a-z 0-9 - joined by dots, in lower case, at most 253 characters, and is not an address.',
  );
}

/** The pattern that `text` is: `*.acme.example` or one host name. Ends in 'name_pattern_invalid'. */
export function namePattern(text: string): NamePattern {
  if (isHostName(text.startsWith('*.') ? text.slice(2) : text)) return text as NamePattern;
  throw new CodedError<PolicyErrorCode>(
    'name_pattern_invalid',
    "A host-name pattern is '*.' and a domain, or one host name, in lower case.",
  );
}

/** Whether `name` is inside `pattern`. `*.acme.example` covers every depth below acme.example, as in known_hosts, and not acme.example itself. */
export function nameInside(name: HostName, pattern: NamePattern): boolean {
  return pattern.startsWith('*.') ? name.endsWith(pattern.slice(1)) : name === (pattern as string);
}

/** Whether every host inside `inner` is inside `outer`. */
export function patternInside(inner: NamePattern, outer: NamePattern): boolean {
  if (!inner.startsWith('*.')) return nameInside(inner as string as HostName, outer);
  return outer.startsWith('*.') && inner.slice(1).endsWith(outer.slice(1));
}

/** Whether some host is inside both patterns: what two organizations may never share. */
export function patternsOverlap(a: NamePattern, b: NamePattern): boolean {
  return patternInside(a, b) || patternInside(b, a);
}
