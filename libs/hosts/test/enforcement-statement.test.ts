import fc from 'fast-check';
import { enforcementNamespace, enforcementText, mostSessionsEnded, parseEnforcement } from '../src/index.js';

const statement = {
  organization: 'k3v9q2m7x1c8z5b4',
  host: '6f1c2a3b-0000-4000-8000-000000000001',
  nonce: 'writ_n.k3v9q2m7x1c8z5b4.6f1c2a3b-0000-4000-8000-000000000001.1767323045000.c2lnbmVk',
  krlVersion: 12n,
  krlSha256: 'ab'.repeat(32),
  revokedKeys: '/etc/writ-host/revoked_keys',
  cut: 11n,
  sessions: 0,
  unknown: null,
  time: 1_767_323_045,
};
const text = enforcementText(statement);

const word = (signs: string, maxLength: number) =>
  fc.array(fc.constantFrom(...signs), { minLength: 1, maxLength }).map((letters) => letters.join(''));
const alphanumeric = 'abcxyzABCXYZ0189';
const arbitrary = fc.record({
  organization: fc
    .array(fc.constantFrom(...'abcxyz0189'), { minLength: 16, maxLength: 16 })
    .map((letters) => letters.join('')),
  host: word(`${alphanumeric}_-`, 64),
  nonce: word(`${alphanumeric}._-`, 40),
  krlVersion: fc.bigInt({ min: 0n, max: (1n << 63n) - 1n }),
  krlSha256: fc
    .array(fc.constantFrom(...'0123456789abcdef'), { minLength: 64, maxLength: 64 })
    .map((letters) => letters.join('')),
  revokedKeys: word(`${alphanumeric}._/+-`, 60).map((path) => `/${path}`),
  cut: fc.option(fc.bigInt({ min: 1n, max: (1n << 63n) - 1n })),
  sessions: fc.integer({ min: 0, max: mostSessionsEnded }),
  unknown: fc.option(fc.integer({ min: 0, max: 999_999_999 })),
  time: fc.integer({ min: 0, max: 999_999_999_999 }),
});

const refused = expect.objectContaining({ code: 'statement_malformed' }) as Error;

describe('what a host states', () => {
  it('has one form', () => {
    expect(enforcementNamespace).toBe('enforced@writ');
    expect(text).toBe(
      [
        'writ enforced v1',
        'organization k3v9q2m7x1c8z5b4',
        'host 6f1c2a3b-0000-4000-8000-000000000001',
        `nonce ${statement.nonce}`,
        `krl 12 ${'ab'.repeat(32)}`,
        'canary revoked',
        'known-good ok',
        'revoked-keys /etc/writ-host/revoked_keys',
        'cut 11',
        'sessions 0',
        'time 1767323045',
        '',
      ].join('\n'),
    );
    expect(enforcementText({ ...statement, unknown: 2 })).toBe(
      text.replace('sessions 0\n', 'sessions 0\nunknown 2\n'),
    );
  });

  it('is read as it was written, whatever it says', () => {
    fc.assert(
      fc.property(arbitrary, (one) => {
        expect(parseEnforcement(enforcementText(one))).toEqual(one);
      }),
    );
  });

  it('is refused, or says another thing, when anything in it is altered', () => {
    fc.assert(
      fc.property(arbitrary, fc.nat(), fc.integer({ min: 1, max: 126 }), (one, at, by) => {
        const whole = enforcementText(one);
        const place = at % whole.length;
        const letter = String.fromCharCode((whole.charCodeAt(place) + by) % 127);
        const altered = `${whole.slice(0, place)}${letter}${whole.slice(place + 1)}`;
        let read;
        try {
          read = parseEnforcement(altered);
        } catch (error) {
          expect(error).toEqual(refused);
          return;
        }
        expect(read).not.toEqual(one);
        expect(enforcementText(read)).toBe(altered);
      }),
    );
  });

  it('is refused, and nothing else happens, for any text at all', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: 'binary', maxLength: 5_000 })), (any) => {
        expect(() => parseEnforcement(any)).toThrow(refused);
      }),
    );
  });

  const line = (name: string, instead: string) => text.replace(new RegExp(`^${name} .*$`, 'm'), instead);
  const hostile: readonly (readonly [string, string])[] = [
    ['nothing', ''],
    ['of another kind', text.replace('v1', 'v2')],
    ['with carriage returns', text.replaceAll('\n', '\r\n')],
    ['without its last newline', text.slice(0, -1)],
    ['with a line more', `${text}canary revoked\n`],
    ['with a line twice', line('sessions', 'sessions 0\nsessions 0')],
    ['with a line less', text.replace('known-good ok\n', '')],
    ['in another order', text.replace('canary revoked\nknown-good ok', 'known-good ok\ncanary revoked')],
    ['with text before it', `\n${text}`],
    ['whose canary is not revoked', line('canary', 'canary ok')],
    ['whose known-good key is revoked', line('known-good', 'known-good revoked')],
    ['with a version of another spelling', line('krl', `krl 012 ${'ab'.repeat(32)}`)],
    ['with a version below 0', line('krl', `krl -1 ${'ab'.repeat(32)}`)],
    ['with the version 2^63', line('krl', `krl ${1n << 63n} ${'ab'.repeat(32)}`)],
    ['with a digest in capitals', line('krl', `krl 12 ${'AB'.repeat(32)}`)],
    ['with half a digest', line('krl', `krl 12 ${'ab'.repeat(16)}`)],
    ['that names no file', line('revoked-keys', 'revoked-keys none')],
    ['that names two files', line('revoked-keys', 'revoked-keys /a /b')],
    ['that names a file in no directory', line('revoked-keys', 'revoked-keys revoked_keys')],
    ['that names a file with a NUL', line('revoked-keys', 'revoked-keys /a\0b')],
    ['with a space at the end of a line', line('sessions', 'sessions 0 ')],
    ['with the cut list 0', line('cut', 'cut 0')],
    ['with the cut list 2^63', line('cut', `cut ${1n << 63n}`)],
    ['without a word about cut lists', text.replace('cut 11\n', '')],
    ['with an unknown number of unknown ones', line('sessions', 'sessions 0\nunknown -')],
    ['with unknown ones twice', line('sessions', 'sessions 0\nunknown 0\nunknown 0')],
    ['with a fraction of a session', line('sessions', 'sessions 0.5')],
    ['with more sessions than a host has', line('sessions', `sessions ${mostSessionsEnded + 1}`)],
    ['with figures that are none of ours', line('sessions', 'sessions ٣')],
    ['without end', text.replace('/etc', `/${'x'.repeat(5_000)}`)],
  ];
  it.each(hostile)('is refused %s', (_, other) => {
    expect(() => parseEnforcement(other)).toThrow(refused);
  });
});
