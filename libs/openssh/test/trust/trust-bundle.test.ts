import fc from 'fast-check';
import { parsePublicKeyLine } from '../../src/key/index.js';
import {
  formatTrustBundle,
  knownHostsLinesOf,
  knownHostsRevokedLine,
  namePattern,
  parseKnownHostsRevokedLine,
  parseTrustBundle,
  revokedLinesOf,
  trustBundleContents,
  userAuthorityLinesOf,
  type TrustBundle,
} from '../../src/trust/index.js';
import { codeOf } from '../coded.js';

const one = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEX+R45YjMopX7iCjFDkAQEKPb6XMf2vQzLLaIjWwHBb';
const { key } = parsePublicKeyLine(one);
const other = parsePublicKeyLine(
  'ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBB38uE5HfozozNEhxSsz8LQ/PSDn/a5tVcVGR20/2/SDbdwvUFzokSE1+iMnqERoWb0rWY6Ddz9NmuT6CnquaaE=',
).key;

const bundle: TrustBundle = {
  organization: 'abcdefghijklmnop',
  name: 'acme',
  version: 1_795_000_000_000n,
  madeAt: 1_795_000_000n,
  userAuthorities: [key, other],
  hostAuthorities: [other],
  revokedAuthorities: [],
  namePatterns: [namePattern('*.acme.example'), namePattern('acme.example')],
};

describe('a trust bundle', () => {
  it('is lines for OpenSSH under the words that say what each is for', () => {
    expect(formatTrustBundle(bundle).split('\n').slice(0, 6)).toEqual([
      'writ-trust 1',
      'organization abcdefghijklmnop acme',
      'version 1795000000000',
      'made 1795000000',
      `user-ca ${one} acme user CA`,
      expect.stringMatching(/^user-ca ecdsa-sha2-nistp256 \S+ acme user CA$/),
    ]);
    expect(formatTrustBundle(bundle)).toMatch(
      /\nhost-ca @cert-authority \*\.acme\.example,acme\.example \S+ \S+ acme host CA\nend\n$/,
    );
    expect(userAuthorityLinesOf(bundle)).toHaveLength(2);
  });

  it('reads back as what was written', () => {
    expect(parseTrustBundle(formatTrustBundle(bundle))).toEqual(bundle);
    const empty = { ...bundle, userAuthorities: [], hostAuthorities: [], namePatterns: [] };
    expect(parseTrustBundle(formatTrustBundle(empty))).toEqual(empty);
  });

  it('says which keys were revoked, in lines that outdo all others in known_hosts', () => {
    const revoked = { ...bundle, revokedAuthorities: [key] };
    expect(revokedLinesOf(revoked)).toEqual([`@revoked * ${one} acme revoked CA`]);
    expect(formatTrustBundle(revoked)).toMatch(
      /\nrevoked @revoked \* ssh-ed25519 \S+ acme revoked CA\nend\n$/,
    );
    expect(parseTrustBundle(formatTrustBundle(revoked))).toEqual(revoked);
    expect(parseKnownHostsRevokedLine(knownHostsRevokedLine({ key }))).toEqual({ key });
    for (const wrong of [
      `@cert-authority * ${one}`,
      `@revoked acme.example ${one}`,
      `@revoked *  ${one}`,
      '@revoked',
    ])
      expect(codeOf(() => parseKnownHostsRevokedLine(wrong))).not.toBeNull();
    const restored = formatTrustBundle(revoked).replace('revoked @revoked *', 'revoked @revoked x');
    expect(codeOf(() => parseTrustBundle(restored))).toBe('known_hosts_line_malformed');
  });

  it('believes no host authority where no names are the organization’s', () => {
    expect(knownHostsLinesOf({ ...bundle, namePatterns: [] })).toEqual([]);
    expect(trustBundleContents({ ...bundle, namePatterns: [] })).not.toContain('host-ca');
  });

  it.each<[string, (text: string) => string]>([
    ['another layout', (text) => text.replace('writ-trust 1', 'writ-trust 2')],
    ['nothing', () => ''],
    ['no more than its first line', () => 'writ-trust 1'],
    ['a handle of another shape', (text) => text.replace('abcdefghijklmnop', 'ABCDEFGHIJKLMNOP')],
    ['no version', (text) => text.replace('version ', 'versions ')],
    ['a version with a leading zero', (text) => text.replace('version 1', 'version 01')],
    ['a time that is no number', (text) => text.replace('made 1', 'made x')],
    ['no end', (text) => text.replace('end\n', '')],
    ['something behind its end', (text) => `${text}more\n`],
    ['a line of another kind', (text) => text.replace('user-ca ', 'ca ')],
    [
      'host authorities before user authorities',
      (text) => text.replace(/((?:user-ca .*\n)+)(host-ca .*\n)/, '$2$1'),
    ],
    ['another comment', (text) => text.replace('acme user CA', 'acme user ca')],
    ['more than a megabyte', (text) => `${text}${' '.repeat(1_048_577)}`],
  ])('is refused with %s', (_, change) => {
    expect(codeOf(() => parseTrustBundle(change(formatTrustBundle(bundle))))).toBe('trust_bundle_malformed');
  });

  it('is refused with a key that no authority may have', () => {
    const security =
      'sk-ssh-ed25519@openssh.com AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAAAAIEX+R45YjMopX7iCjFDkAQEKPb6XMf2vQzLLaIjWwHBbAAAABHNzaDo=';
    const changed = formatTrustBundle(bundle).replace(one, security);
    expect(codeOf(() => parseTrustBundle(changed))).toBe('authority_key_type_refused');
  });

  it('is read whole or refused with a code, whatever is changed in it', () => {
    const text = formatTrustBundle(bundle);
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.string({ maxLength: 3 }), fc.nat(4), (at, put, gone) => {
        const changed = text.slice(0, at) + put + text.slice(at + gone);
        let read: TrustBundle | null = null;
        codeOf(() => (read = parseTrustBundle(changed)));
        if (read !== null) expect(formatTrustBundle(read)).toBe(changed);
      }),
    );
  });
});
