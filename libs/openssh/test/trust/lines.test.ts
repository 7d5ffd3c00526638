import { generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import type { Principal } from '../../src/certificate/principal.js';
import { parsePublicKeyLine, publicKeyFromObject } from '../../src/key/index.js';
import {
  authorizedKeysCertAuthorityLine,
  authorizedPrincipalsFile,
  knownHostsCertAuthorityLine,
  knownHostsPattern,
  namePattern,
  parseKnownHostsCertAuthorityLine,
  sshdDropIn,
  trustedUserCaKeysFile,
} from '../../src/trust/index.js';
import { bareWord, optionWord } from '../../src/trust/quoting.js';
import { codeOf } from '../coded.js';

const keyText = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEX+R45YjMopX7iCjFDkAQEKPb6XMf2vQzLLaIjWwHBb';
const { key } = parsePublicKeyLine(keyText);
const acme = namePattern('*.acme.example');
/** Past the type, as a careless caller may get. */
const cast = (texts: readonly string[]) => texts as readonly Principal[];
const weak = publicKeyFromObject(generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey);

describe('a known_hosts @cert-authority line', () => {
  it('holds patterns, key and comment', () => {
    const patterns = [acme, knownHostsPattern('[*.acme.example]:2222'), acme];
    const line = knownHostsCertAuthorityLine({ patterns, key, comment: 'acme host CA' });
    expect(line).toBe(`@cert-authority *.acme.example,[*.acme.example]:2222 ${keyText} acme host CA`);
    expect(knownHostsCertAuthorityLine({ patterns: [acme], key })).toBe(
      `@cert-authority *.acme.example ${keyText}`,
    );
  });

  it('refuses to fit no host', () => {
    const negated = knownHostsPattern('!old.acme.example', { negation: true });
    for (const patterns of [[], [negated]]) {
      expect(codeOf(() => knownHostsCertAuthorityLine({ patterns, key }))).toBe('known_hosts_patterns_empty');
    }
    expect(knownHostsCertAuthorityLine({ patterns: [acme, negated], key })).toContain(
      ' *.acme.example,!old.acme.example ',
    );
  });

  it('checks patterns again that come in through a cast', () => {
    const patterns = ['*.acme.example,*' as typeof acme];
    expect(codeOf(() => knownHostsCertAuthorityLine({ patterns, key }))).toBe('known_hosts_pattern_invalid');
  });

  it('refuses a key that is too weak for an authority', () => {
    expect(codeOf(() => knownHostsCertAuthorityLine({ patterns: [acme], key: weak }))).toBe(
      'authority_rsa_too_small',
    );
  });

  it('reads back', () => {
    const line = `@cert-authority *.acme.example,!old.acme.example ${keyText} acme host CA`;
    expect(parseKnownHostsCertAuthorityLine(line)).toEqual({
      patterns: ['*.acme.example', '!old.acme.example'],
      key,
      comment: 'acme host CA',
    });
    expect(parseKnownHostsCertAuthorityLine(`@cert-authority a.example ${keyText}`)).toEqual({
      patterns: ['a.example'],
      key,
    });
  });

  it('reads nothing but what it writes', () => {
    const pieces = fc.constantFrom(
      '@cert-authority',
      ' ',
      keyText,
      '*.a.example',
      ',',
      '!',
      'x',
      '#',
      '\n',
      '"',
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 8 }), (parts) => {
        const text = parts.join('');
        let parsed: ReturnType<typeof parseKnownHostsCertAuthorityLine> | undefined;
        const code = codeOf(() => (parsed = parseKnownHostsCertAuthorityLine(text)));
        if (parsed !== undefined) expect(knownHostsCertAuthorityLine(parsed)).toBe(text);
        else expect(code).not.toBeNull();
      }),
      { seed: 3, numRuns: 1000 },
    );
  });
});

describe('a TrustedUserCAKeys file', () => {
  it('holds one key a line', () => {
    expect(trustedUserCaKeysFile([{ key, comment: 'acme user CA' }, { key }])).toBe(
      `${keyText} acme user CA\n${keyText}\n`,
    );
    expect(trustedUserCaKeysFile([])).toBe('');
  });

  it('refuses a weak key', () => {
    expect(codeOf(() => trustedUserCaKeysFile([{ key: weak }]))).toBe('authority_rsa_too_small');
  });

  it.each([
    '',
    ' x',
    'x ',
    'a\nb',
    'a\rb',
    'a\tb',
    'a\u0000',
    'a\u2028b',
    'a\u202eb',
    'a\ud800',
    'a\u00a0b',
    'x'.repeat(201),
  ])('refuses the comment %j', (comment) => {
    expect(codeOf(() => trustedUserCaKeysFile([{ key, comment }]))).toBe('config_text_not_quotable');
  });
});

describe('an AuthorizedPrincipalsFile', () => {
  it('holds one principal a line, sorted, each once', () => {
    expect(authorizedPrincipalsFile(cast(['role:web', 'role:db', 'role:web']))).toBe('role:db\nrole:web\n');
    expect(authorizedPrincipalsFile(cast(['ACME\\anna']))).toBe('ACME\\anna\n');
    expect(authorizedPrincipalsFile([])).toBe('');
  });

  it.each(['', 'a b', 'a\tb', 'a\nroot', '#a', 'a#b', '"a', "a'", 'a\u0000', 'a\u00a0b'])(
    'refuses the principal %j',
    (principal) => {
      expect(codeOf(() => authorizedPrincipalsFile(cast([principal])))).toBe('config_text_not_quotable');
    },
  );
});

describe('an authorized_keys cert-authority line', () => {
  it('holds the option, and the principals where given', () => {
    expect(authorizedKeysCertAuthorityLine({ key, comment: 'x' })).toBe(`cert-authority ${keyText} x`);
    const line = authorizedKeysCertAuthorityLine({ key, principals: cast(['role:web', 'db']) });
    expect(line).toBe(`cert-authority,principals="role:web,db" ${keyText}`);
    expect(parsePublicKeyLine(line)).toEqual({
      options: 'cert-authority,principals="role:web,db"',
      key,
      comment: '',
    });
  });

  it.each([[[]], [['a,b']], [['a"']], [['a\\']], [['']], [['a b']]])(
    'refuses the principals %j',
    (principals) => {
      expect(codeOf(() => authorizedKeysCertAuthorityLine({ key, principals: cast(principals) }))).toBe(
        'config_text_not_quotable',
      );
    },
  );
});

describe('an sshd drop-in', () => {
  it('holds what is given, in a fixed order', () => {
    expect(
      sshdDropIn({
        comment: 'Written by Writ',
        revokedKeys: '/etc/ssh/writ/revoked.krl',
        authorizedPrincipalsFile: '/etc/ssh/writ/principals/%u',
        trustedUserCaKeys: '/etc/ssh/my cas.pub',
        hostKeys: ['/etc/ssh/a', '/etc/ssh/b'],
        hostCertificates: ['/etc/ssh/a-cert.pub', '/etc/ssh/b-cert.pub'],
      }),
    ).toBe(
      [
        '# Written by Writ',
        'HostKey /etc/ssh/a',
        'HostKey /etc/ssh/b',
        'HostCertificate /etc/ssh/a-cert.pub',
        'HostCertificate /etc/ssh/b-cert.pub',
        'TrustedUserCAKeys "/etc/ssh/my cas.pub"',
        'AuthorizedPrincipalsFile /etc/ssh/writ/principals/%u',
        'RevokedKeys /etc/ssh/writ/revoked.krl',
        '',
      ].join('\n'),
    );
    expect(sshdDropIn({ hostCertificates: ['/c'] })).toBe('HostCertificate /c\n');
  });

  it('refuses to set nothing', () => {
    expect(codeOf(() => sshdDropIn({ comment: 'nothing', hostKeys: [] }))).toBe('sshd_drop_in_empty');
  });

  it.each([
    '',
    'none',
    'etc/ssh/krl',
    '~/krl',
    '/',
    '/etc/',
    '/etc//krl',
    '/etc/../krl',
    '/etc/./krl',
    '/etc/krl\nPermitRootLogin yes',
    '/etc/"krl',
    "/etc/'krl",
    '/etc/\\krl',
    '/etc/krl#',
    '/etc/${HOME}',
    '/etc/%u',
    '/etc/kr*',
    '/etc/krü',
    '/etc/k\u0000',
    `/${'x'.repeat(1023)}`,
  ])('refuses the path %j', (path) => {
    for (const settings of [{ revokedKeys: path }, { trustedUserCaKeys: path }, { hostKeys: [path] }]) {
      expect(codeOf(() => sshdDropIn(settings))).toBe('config_path_refused');
    }
  });

  it.each(['/etc/principals', '/etc/%h/%u', '/etc/%u/x', '/etc/x%u', '/etc/%%u'])(
    'refuses the principals file %j',
    (authorizedPrincipalsFile) => {
      expect(codeOf(() => sshdDropIn({ authorizedPrincipalsFile }))).toBe('principals_file_token_refused');
    },
  );

  it('refuses a principals directory that is not an absolute plain path', () => {
    expect(codeOf(() => sshdDropIn({ authorizedPrincipalsFile: 'p/%u' }))).toBe('config_path_refused');
  });
});

describe('the quoting writer', () => {
  it.each(['', 'a"b', 'a\\', 'a\nb'])('refuses the option value %j', (value) => {
    expect(codeOf(() => optionWord(bareWord('command'), value))).toBe('config_text_not_quotable');
  });

  it('quotes an option value that holds spaces', () => {
    expect(optionWord(bareWord('command'), 'uptime -p')).toBe('command="uptime -p"');
  });
});
