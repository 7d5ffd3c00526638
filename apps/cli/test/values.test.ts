import fc from 'fast-check';
import { isCodedError } from '@writ/kernel';
import { sinceInstant } from '../src/commands/events.js';
import { durationSeconds, durationWords, remainingWords } from '../src/duration.js';
import { certificatePin, isLoopback, serverAddress } from '../src/network/server.js';
import { limitOf } from '../src/numbers.js';
import { expandSerials } from '../src/serials.js';
import { quoted } from '../src/completion/words.js';
import { execFileSync } from 'node:child_process';

function codeOf(work: () => unknown): string | null {
  try {
    work();
    return null;
  } catch (error) {
    return isCodedError(error) ? error.code : 'not coded';
  }
}

describe('durations', () => {
  it.each<[string, number]>([
    ['45s', 45],
    ['30m', 1800],
    ['8h', 28_800],
    ['1h30m', 5400],
    ['7d', 604_800],
    ['2w', 1_209_600],
  ])('%s', (text, expected) => {
    expect(durationSeconds(text)).toBe(expected);
  });

  it.each([
    '',
    '8',
    'h',
    '8 h',
    '-8h',
    '0h',
    '0s',
    '8h ',
    '8H',
    '1.5h',
    '1e3s',
    '99999999999s',
    '9999w',
    'eight hours',
  ])('refuses %j', (text) => {
    expect(codeOf(() => durationSeconds(text))).toBe('usage_invalid');
  });

  it.each([
    ['0h', /no time at all/],
    ['9999w', /too long: nothing is longer than 3650d/],
    ['8', /not a duration/],
  ])('says of %j what is wrong', (text, said) => {
    expect(() => durationSeconds(text)).toThrow(said);
  });

  it.each<[number, string]>([
    [3_599_004, '1 h'],
    [28_799_000, '8 h'],
    [28_801_000, '8 h 1 min'],
    [89_001, '1 min 30 s'],
    [44_700, '45 s'],
    [-5, '0 s'],
  ])('%s ms that are left, in words', (left, words) => {
    expect(remainingWords(left)).toBe(words);
  });

  it.each<[bigint, string]>([
    [0n, '0 s'],
    [59n, '59 s'],
    [3600n, '1 h'],
    [28_799n, '7 h 59 min'],
    [86_401n, '1 day'],
    [90_000n, '1 day 1 h'],
    [2_592_000n, '30 days'],
    [2n ** 64n - 1n, '584942417355 years 26 days'],
  ])('%s s in words', (seconds, words) => {
    expect(durationWords(seconds)).toBe(words);
  });
});

describe('addresses', () => {
  it.each([
    ['https://ca.acme.example', 'https://ca.acme.example'],
    ['ca.acme.example:8443', 'https://ca.acme.example:8443'],
    ['HTTPS://CA.Acme.Example/', 'https://ca.acme.example'],
    ['https://acme.example/writ/', 'https://acme.example/writ'],
    ['http://127.0.0.1:7480', 'http://127.0.0.1:7480'],
    ['http://[::1]:7480/', 'http://[::1]:7480'],
    ['http://localhost', 'http://localhost'],
    // A URL reads these as 127.0.0.1 too.
    ['http://2130706433', 'http://127.0.0.1'],
  ])('%s', (text, address) => {
    expect(serverAddress(text)).toBe(address);
  });

  it.each([
    'http://ca.acme.example',
    'http://127.0.0.1.acme.example',
    'http://localhost.acme.example',
    'http://[::2]',
    'http://0.0.0.0',
    'ftp://127.0.0.1',
    'file:///etc/passwd',
    'https://ana:secret@ca.acme.example',
    'https://ca.acme.example/?x=1',
    'https://ca.acme.example/#x',
    'https://',
    '',
    'not an address',
  ])('refuses %j', (text) => {
    expect(codeOf(() => serverAddress(text))).toBe('server_address_refused');
  });

  it('does not repeat a password', () => {
    expect(() => serverAddress('https://ana:secret@ca.acme.example')).not.toThrow(/secret/);
  });

  it.each<[string, boolean]>([
    ['127.8.9.10', true],
    ['128.0.0.1', false],
    ['localhost', true],
    ['[::1]', true],
  ])('%s is loopback: %s', (host, loopback) => {
    expect(isLoopback(host)).toBe(loopback);
  });
});

describe('pins', () => {
  const hex = 'ab'.repeat(32);
  it.each([
    `sha256:${hex}`,
    hex,
    hex.toUpperCase(),
    `SHA256:${hex.replace(/..(?=.)/g, '$&:')}`,
    ` sha256:${hex} `,
  ])('%s', (text) => {
    expect(certificatePin(text)).toBe(`sha256:${hex}`);
  });
  it.each(['', 'sha256:', `sha1:${hex}`, `${hex}ab`, hex.slice(1), `sha256:${'zz'.repeat(32)}`])(
    'refuses %j',
    (text) => {
      expect(codeOf(() => certificatePin(text))).toBe('usage_invalid');
    },
  );
});

describe('serials', () => {
  it('are single, in ranges, and each once', () => {
    expect(expandSerials(['user:5..7', 'user:7', 'host:1'])).toEqual([
      'user:5',
      'user:6',
      'user:7',
      'host:1',
    ]);
  });
  it('reach to the last one', () => {
    expect(expandSerials(['user:9223372036854775807'])).toEqual(['user:9223372036854775807']);
  });
  it.each([
    '17',
    'user:0',
    'user:-1',
    'user:1..',
    'user:2..1',
    'user:1..1001',
    'admin:1',
    'user:1,2',
    'user:1e3',
    '',
  ])('refuses %j', (text) => {
    expect(codeOf(() => expandSerials([text]))).toBe('usage_invalid');
  });
  it('are at most 1000 at once', () => {
    expect(expandSerials(['user:1..1000'])).toHaveLength(1000);
    expect(codeOf(() => expandSerials(['user:1..1000', 'host:1']))).toBe('usage_invalid');
  });
});

describe('limits', () => {
  it('are 1 to a million, or what is usual', () => {
    expect([limitOf('1', 9), limitOf('1000000', 9), limitOf(undefined, 9)]).toEqual([1, 1_000_000, 9]);
  });
  it.each(['0', '-1', '1.5', '1000001', 'all', ''])('refuses %j', (text) => {
    expect(codeOf(() => limitOf(text, 9))).toBe('usage_invalid');
  });
});

describe('points in time', () => {
  const now = Date.UTC(2026, 0, 31, 12);
  it.each([
    ['2026-01-31T08:00:00Z', '2026-01-31T08:00:00.000Z'],
    ['2026-01-31T08:00:00+02:00', '2026-01-31T06:00:00.000Z'],
    ['2026-01-31', '2026-01-31T00:00:00.000Z'],
    ['2h', '2026-01-31T10:00:00.000Z'],
    ['1d12h', '2026-01-30T00:00:00.000Z'],
  ])('%s', (text, instant) => {
    expect(sinceInstant(text, now)).toBe(instant);
  });
  it.each(['yesterday', '', '2026-13-01', '2026-01-31T08:00', '08:00', '2', '2026'])('refuses %j', (text) => {
    expect(codeOf(() => sinceInstant(text, now))).toBe('usage_invalid');
  });
});

describe('text in single quotes', () => {
  it('is read back by a shell as it was', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom("'", '"', '\\', '$', '`', '!', ' ', 'a') }), (text) => {
        expect(execFileSync('bash', ['-c', `printf %s ${quoted(text)}`], { encoding: 'utf8' })).toBe(text);
      }),
      { seed: 7, numRuns: 30 },
    );
  });
});
