import fc from 'fast-check';
import { canonicalCidrList, isPrincipal, keyId, principal, serial } from '../../src/certificate/index.js';
import { codeOf } from '../coded.js';

const seed = { seed: 20_260_101 };

describe('a principal', () => {
  it.each([
    'anna',
    'www-data',
    'role:web-admin',
    'DOMAIN\\anna',
    'anna@acme',
    'änna',
    '安娜',
    '$x',
    '-x',
    'a/b',
    'a'.repeat(255),
  ])('takes %s', (text) => {
    expect(principal(text)).toBe(text);
  });

  it.each([
    '',
    'a,b',
    'a b',
    'a\n',
    '\0',
    'a\u00a0b',
    'a\u2028b',
    'a\u200bb',
    '"a',
    "a'",
    '`',
    '*',
    'a?',
    '!a',
    '#a',
    'a'.repeat(256),
    'ä'.repeat(128),
    '\ud800',
  ])('refuses %j', (text) => {
    expect(codeOf(() => principal(text))).toBe('principal_malformed');
  });

  it('is never what a list or a pattern could be made of', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        if (isPrincipal(text)) expect(text).toMatch(/^[^\s,"'`*?!#\p{C}]+$/u);
      }),
      { ...seed, numRuns: 2_000 },
    );
  });
});

describe('a key id', () => {
  it.each(['a', 'anna@acme.example/web:17=x+y_z-', 'a'.repeat(200)])('takes %s', (text) => {
    expect(keyId(text)).toBe(text);
  });
  it.each(['', 'a b', 'a\n', 'ä', 'a"', 'a'.repeat(201), 'a,b', '(x)'])('refuses %j', (text) => {
    expect(codeOf(() => keyId(text))).toBe('key_id_malformed');
  });
});

describe('a serial', () => {
  it.each([
    [1n, 1n],
    ['1', 1n],
    ['9223372036854775807', (1n << 63n) - 1n],
    [(1n << 63n) - 1n, (1n << 63n) - 1n],
  ])('takes %s', (value, expected) => {
    expect(serial(value)).toBe(expected);
  });
  it.each([
    0n,
    -1n,
    1n << 63n,
    '0',
    '01',
    '-1',
    '1.0',
    '1e3',
    '0x1',
    '',
    ' 1',
    '9223372036854775808',
    '99999999999999999999',
  ])('refuses %s', (value) => {
    expect(codeOf(() => serial(value))).toBe('serial_out_of_range');
  });
});

describe('a source-address list', () => {
  it.each<[readonly string[], readonly string[]]>([
    [['192.0.2.1'], ['192.0.2.1/32']],
    [['2001:DB8:0:0::/32'], ['2001:db8::/32']],
    [['::'], ['::/128']],
    [
      ['::/0', '0.0.0.0/0'],
      ['0.0.0.0/0', '::/0'],
    ],
    [['2001:db8::1'], ['2001:db8::1/128']],
    [['64:ff9b::192.0.2.1'], ['64:ff9b::c000:201/128']],
    [['1:0:0:2:0:0:0:3'], ['1:0:0:2::3/128']],
    [['1:0:2:0:3:0:4:0'], ['1:0:2:0:3:0:4:0/128']],
    [['0:0:1::'], ['0:0:1::/128']],
    [['1::0:0:2:0:0'], ['1::2:0:0/128']],
    [['1:2:3:4:5:6:7::'], ['1:2:3:4:5:6:7:0/128']],
    [
      ['10.0.0.0/8', '10.0.0.0/16', '10.0.0.0/8', '9.0.0.0/8'],
      ['9.0.0.0/8', '10.0.0.0/8', '10.0.0.0/16'],
    ],
    [['::/95'], ['::/95']],
  ])('%j becomes %j', (entries, canonical) => {
    expect(canonicalCidrList(entries)).toEqual(canonical);
    expect(canonicalCidrList(canonical)).toEqual(canonical);
  });

  it.each([
    '',
    'x',
    '10',
    '10.0.0',
    '10.0.0.0.0',
    '10.0.0.256',
    '10.0.0.00',
    '10.0.0.0/',
    '10.0.0.0/33',
    '10.0.0.0/-1',
    '10.0.0.0/8/8',
    '10.0.0.1/31x',
    '10.0.0.1/24',
    '0x0a.0.0.1',
    ' 10.0.0.0/8',
    '10.0.0.0/8 ',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1::2::3',
    ':::',
    '1:2:3:4:5:6:7:8::',
    '12345::',
    'g::',
    '::1/127',
    '::/129',
    'fe80::1%1',
    '::ffff:0:0/96',
    '::ffff:192.0.2.1',
    '::192.0.2',
    '1.2.3.4::',
    '[::1]',
  ])('refuses %j', (entry) => {
    expect(codeOf(() => canonicalCidrList([entry]))).toBe('source_address_malformed');
  });

  it('is not empty', () => {
    expect(codeOf(() => canonicalCidrList([]))).toBe('source_address_empty');
  });

  it('has a canonical spelling that stays and says the same', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.ipV4(), fc.ipV6()), { minLength: 1, maxLength: 6 }), (entries) => {
        let canonical: string[];
        try {
          canonical = canonicalCidrList(entries);
        } catch {
          return;
        }
        expect(canonicalCidrList(canonical)).toEqual(canonical);
        expect(canonicalCidrList([...entries, ...entries].reverse())).toEqual(canonical);
        expect(canonical.length).toBeLessThanOrEqual(entries.length);
      }),
      { ...seed, numRuns: 500 },
    );
  });
});
