import { assertAuthorityKey } from '../key/authority-key.js';
import { parsePublicKeyLine } from '../key/public-key-line.js';
import type { PublicKey } from '../key/types.js';
import { refuse } from '../refuse.js';
import type { TrustedAuthority } from './authority-key-words.js';
import {
  knownHostsCertAuthorityLine,
  knownHostsRevokedLine,
  parseKnownHostsCertAuthorityLine,
  parseKnownHostsRevokedLine,
} from './known-hosts.js';
import { namePattern, type NamePattern } from './name-pattern.js';
import { trustedUserCaKeysFile } from './trusted-user-ca-keys.js';

/** The SSHSIG namespace of trust bundles. */
export const trustBundleNamespace = 'trust@writ';

/** What is to be believed of an organization: whose user certificates, whose host certificates, for which names. */
export interface BelievedAuthorities {
  /** The organization's handle: 16 of a-z 0-9. */
  readonly organization: string;
  /** Its name: 1 to 63 of a-z 0-9 -. */
  readonly name: string;
  readonly userAuthorities: readonly PublicKey[];
  readonly hostAuthorities: readonly PublicKey[];
  /** Keys that nothing is believed of any more: somebody else may have them. */
  readonly revokedAuthorities: readonly PublicKey[];
  /** Host names that the host authorities are believed for. */
  readonly namePatterns: readonly NamePattern[];
}

/** The same as a file for those elsewhere. */
export interface TrustBundle extends BelievedAuthorities {
  /** Only rises. */
  readonly version: bigint;
  /** Seconds since 1970. */
  readonly madeAt: bigint;
}

const layout = 'writ-trust 1';
const number = /^(0|[1-9][0-9]{0,18})$/;
const longest = 1_048_576;

/**
 * The text of a trust bundle, as it is signed: lines for OpenSSH, each under the word that says what it is for. Throws the
 * codes of the lines' own writers. Its own format; the lines are those of sshd_config(5) TrustedUserCAKeys and sshd(8)
 * SSH_KNOWN_HOSTS FILE FORMAT.
 */
export function formatTrustBundle(bundle: TrustBundle): string {
  return [
    layout,
    `organization ${bundle.organization} ${bundle.name}`,
    `version ${bundle.version}`,
    `made ${bundle.madeAt}`,
    trustBundleContents(bundle) + 'end',
    '',
  ].join('\n');
}

/** The lines that say what is believed: two bundles with the same say the same. Throws as `formatTrustBundle`. */
export function trustBundleContents(bundle: BelievedAuthorities): string {
  return [
    ...userAuthorityLinesOf(bundle).map((line) => `user-ca ${line}\n`),
    ...knownHostsLinesOf(bundle).map((line) => `host-ca ${line}\n`),
    ...revokedLinesOf(bundle).map((line) => `revoked ${line}\n`),
  ].join('');
}

/** Lines for `TrustedUserCAKeys`. */
export function userAuthorityLinesOf({ name, userAuthorities }: BelievedAuthorities): readonly string[] {
  const lines = trustedUserCaKeysFile(userAuthorities.map((key) => authority(key, `${name} user CA`)));
  return lines.split('\n').slice(0, -1);
}

/** `@cert-authority` lines for known_hosts; none where no names are the organization's. */
export function knownHostsLinesOf({
  name,
  hostAuthorities,
  namePatterns,
}: BelievedAuthorities): readonly string[] {
  if (namePatterns.length === 0) return [];
  return hostAuthorities.map((key) =>
    knownHostsCertAuthorityLine({ ...authority(key, `${name} host CA`), patterns: namePatterns }),
  );
}

/** `@revoked` lines for known_hosts: they outdo every other line about these keys. */
export function revokedLinesOf({ name, revokedAuthorities }: BelievedAuthorities): readonly string[] {
  return revokedAuthorities.map((key) => knownHostsRevokedLine(authority(key, `${name} revoked CA`)));
}

function authority(key: PublicKey, comment: string): TrustedAuthority {
  return { key, comment };
}

/**
 * Reads the text that `formatTrustBundle` writes, and no other spelling: 'trust_bundle_malformed', and the codes of the lines'
 * own readers. What it says is to be believed only under a good signature of the organization's bundle key.
 */
export function parseTrustBundle(text: string): TrustBundle {
  if (text.length > longest) malformed('is larger than 1 MiB');
  const [head, organizationLine = '', versionLine = '', madeLine = '', ...rest] = text.split('\n');
  if (head !== layout) malformed(`does not begin with "${layout}"`);
  const [, organization = '', name = ''] =
    /^organization ([a-z0-9]{16}) ([a-z0-9][a-z0-9-]{0,62})$/.exec(organizationLine) ?? [];
  if (name === '') malformed('names no organization');
  const end = rest.indexOf('end');
  const userAuthorities: PublicKey[] = [];
  const hostAuthorities: PublicKey[] = [];
  const revokedAuthorities: PublicKey[] = [];
  let namePatterns: readonly NamePattern[] = [];
  for (const each of rest.slice(0, end)) {
    const space = each.indexOf(' ');
    const [word, line] = [each.slice(0, space), each.slice(space + 1)];
    if (word === 'user-ca') {
      const { key } = parsePublicKeyLine(line);
      assertAuthorityKey(key);
      userAuthorities.push(key);
    } else if (word === 'host-ca') {
      const { key, patterns } = parseKnownHostsCertAuthorityLine(line);
      hostAuthorities.push(key);
      namePatterns = patterns.map((pattern) => namePattern(pattern));
    } else if (word === 'revoked') revokedAuthorities.push(parseKnownHostsRevokedLine(line).key);
    else malformed('has a line that is neither user-ca nor host-ca nor revoked');
  }
  const bundle = {
    organization,
    name,
    version: numberAfter('version ', versionLine),
    madeAt: numberAfter('made ', madeLine),
    userAuthorities,
    hostAuthorities,
    revokedAuthorities,
    namePatterns,
  };
  // One spelling: also nothing behind the end, no line out of order, the same patterns in each.
  if (formatTrustBundle(bundle) !== text) malformed('is spelled as nobody writes one');
  return bundle;
}

function numberAfter(word: string, line: string): bigint {
  const digits = line.slice(word.length);
  if (!line.startsWith(word) || !number.test(digits)) malformed(`does not say its ${word.trim()}`);
  return BigInt(digits);
}

function malformed(what: string): never {
  refuse('trust_bundle_malformed', `The trust bundle ${what}.`);
}
