import { fail } from './errors.js';

/** As many certificates as the service takes in one request. */
const most = 1000;

/**
 * Serials as a person names them, 'user:17' or 'user:5..9' (both ends included), as the ids of certificates, each once.
 * 'usage_invalid' for anything else, and for more than 1000.
 */
export function expandSerials(named: readonly string[]): readonly string[] {
  const ids = new Set<string>();
  for (const text of named) {
    const [, kind = '', from = '', to = from] =
      /^(user|host):([1-9][0-9]{0,18})(?:\.\.([1-9][0-9]{0,18}))?$/.exec(text) ?? [];
    if (kind === '') fail('usage_invalid', `'${text}' is not a serial; write user:17, host:17 or user:5..9.`);
    const [first, last] = [BigInt(from), BigInt(to)];
    if (last < first) fail('usage_invalid', `'${text}' ends before it begins.`);
    if (last - first >= BigInt(most))
      fail('usage_invalid', `'${text}' names more than ${most} certificates.`);
    for (let serial = first; serial <= last; serial += 1n) ids.add(`${kind}:${serial}`);
  }
  if (ids.size > most) fail('usage_invalid', `No more than ${most} certificates can be revoked at once.`);
  return [...ids];
}
