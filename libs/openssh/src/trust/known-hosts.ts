import { assertAuthorityKey } from '../key/authority-key.js';
import { parsePublicKeyLine } from '../key/public-key-line.js';
import type { PublicKey } from '../key/types.js';
import { refuse } from '../refuse.js';
import { authorityKeyWords, type TrustedAuthority } from './authority-key-words.js';
import { isNegated, knownHostsPattern, type KnownHostsPattern } from './known-hosts-pattern.js';
import type { NamePattern } from './name-pattern.js';
import { bareWord, commaList, line } from './quoting.js';

/** A host authority and the hosts it is believed for. */
export interface KnownHostsCertAuthority {
  readonly patterns: readonly (KnownHostsPattern | NamePattern)[];
  readonly key: PublicKey;
  /** Free text at the end of the line. */
  readonly comment?: string;
}

const marker = '@cert-authority';
const revokedMarker = '@revoked';

/**
 * The known_hosts line `@cert-authority patterns key [comment]`, without a line end. Patterns that repeat are
 * written once.
 *
 * Throws CodedError: 'known_hosts_patterns_empty' (none that includes a host), the pattern codes, the codes of
 * `assertAuthorityKey`, 'config_text_not_quotable'. Source: sshd(8) SSH_KNOWN_HOSTS FILE FORMAT.
 */
export function knownHostsCertAuthorityLine(authority: KnownHostsCertAuthority): string {
  const patterns = [...new Set(authority.patterns)].map((each) =>
    knownHostsPattern(each, { negation: true }),
  );
  if (patterns.every(isNegated)) {
    refuse(
      'known_hosts_patterns_empty',
      'The line would fit no host; name at least one pattern that is not negated.',
    );
  }
  return line(bareWord(marker), commaList(patterns.map(bareWord)), ...authorityKeyWords(authority));
}

/**
 * The known_hosts line `@revoked * key [comment]`, without a line end: ssh refuses every host that shows this key, or a certificate by it,
 * whatever other lines say. Throws the codes of `assertAuthorityKey` and 'config_text_not_quotable'. Source: sshd(8)
 * SSH_KNOWN_HOSTS FILE FORMAT.
 */
export function knownHostsRevokedLine(authority: TrustedAuthority): string {
  return line(bareWord(revokedMarker), bareWord('*'), ...authorityKeyWords(authority));
}

/** Reads a line that `knownHostsRevokedLine` writes, and no other spelling: 'known_hosts_line_malformed', the codes of `parsePublicKeyLine`. */
export function parseKnownHostsRevokedLine(text: string): TrustedAuthority {
  const [first, list, type = '', ...rest] = text.split(' ');
  if (first !== revokedMarker || list !== '*') malformed();
  const { key, comment } = parsePublicKeyLine([type, ...rest].join(' '));
  assertAuthorityKey(key);
  const authority = { key, ...(comment === '' ? {} : { comment }) };
  if (knownHostsRevokedLine(authority) !== text) malformed();
  return authority;
}

/**
 * Reads a line that `knownHostsCertAuthorityLine` writes, and no other spelling: 'known_hosts_line_malformed', the
 * pattern codes and the codes of `parsePublicKeyLine`.
 */
export function parseKnownHostsCertAuthorityLine(
  text: string,
): KnownHostsCertAuthority & { readonly patterns: readonly KnownHostsPattern[] } {
  const [first, list = '', type = '', ...rest] = text.split(' ');
  if (first !== marker) malformed();
  const patterns = list.split(',').map((each) => knownHostsPattern(each, { negation: true }));
  const { key, comment } = parsePublicKeyLine([type, ...rest].join(' '));
  const authority = { patterns, key, ...(comment === '' ? {} : { comment }) };
  assertAuthorityKey(key);
  if (knownHostsCertAuthorityLine(authority) !== text) malformed();
  return authority;
}

function malformed(): never {
  refuse(
    'known_hosts_line_malformed',
    'Expected "@cert-authority patterns type key [comment]" with single spaces and no pattern twice, or "@revoked * type key [comment]".',
  );
}
