import fc from 'fast-check';
import { cutListText, cutNamespace, longestCutList, parseCutList, type CutEntries } from '../src/index.js';

const authority = `SHA256:${'A'.repeat(43)}`;
const other = `SHA256:${'b'.repeat(43)}`;
const identity = { organization: 'k3v9q2m7x1c8z5b4', number: 12n, madeAt: 1_767_323_045n };
const entries: CutEntries = {
  certificates: [
    { authority: other, first: 1n, last: 1n },
    { authority, first: 7n, last: 9n },
    { authority, first: 5n, last: 6n },
  ],
  keys: [other, authority, other],
  sessions: [
    { host: 'web-2', session: 'b' },
    { host: 'web-1', session: 'f00d-12' },
    { host: 'web-1', session: 'f00d-12' },
  ],
};
const text = cutListText(identity, entries);
const refused = expect.objectContaining({ code: 'cut_list_malformed' }) as Error;

const word = (signs: string, minLength: number, maxLength = minLength) =>
  fc.array(fc.constantFrom(...signs), { minLength, maxLength }).map((letters) => letters.join(''));
const fingerprint = fc.constantFrom('a', 'B', '+', '/', '9').map((sign) => `SHA256:${sign.repeat(43)}`);
const name = word('abZ09_-', 1, 64);
const serial = fc.oneof(fc.bigInt({ min: 0n, max: 30n }), fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }));
const anyEntries: fc.Arbitrary<CutEntries> = fc.record({
  certificates: fc.array(
    fc
      .tuple(fingerprint, serial, serial)
      .map(([of, a, b]) => ({ authority: of, first: a < b ? a : b, last: a < b ? b : a })),
  ),
  keys: fc.array(fingerprint),
  sessions: fc.array(fc.record({ host: name, session: name })),
});
const anyIdentity = fc.record({
  organization: word('abz019', 16),
  number: fc.bigInt({ min: 1n, max: (1n << 63n) - 1n }),
  madeAt: fc.bigInt({ min: 0n, max: 999_999_999_999n }),
});

describe('the list of the sessions that are to be ended', () => {
  it('has one form: sorted, each thing once, ranges that touch as one', () => {
    expect(cutNamespace).toBe('cut@writ');
    expect(text).toBe(
      [
        'writ-cut 1',
        'organization k3v9q2m7x1c8z5b4',
        'number 12',
        'made 1767323045',
        `certificate ${authority} 5 9`,
        `certificate ${other} 1 1`,
        `key ${authority}`,
        `key ${other}`,
        'session web-1 f00d-12',
        'session web-2 b',
        'end',
        '',
      ].join('\n'),
    );
  });

  it('may name nothing', () => {
    const nothing = { certificates: [], keys: [], sessions: [] };
    expect(parseCutList(cutListText(identity, nothing))).toEqual({ ...identity, ...nothing });
  });

  it('is read as it was written, and names what it was made of and nothing else', () => {
    fc.assert(
      fc.property(anyIdentity, anyEntries, serial, fingerprint, (who, made, looked, of) => {
        const written = cutListText(who, made);
        const read = parseCutList(written);
        expect(read).toMatchObject(who);
        expect(cutListText(read, read)).toBe(written);
        expect(new Set(read.keys)).toEqual(new Set(made.keys));
        const names = ({ certificates }: CutEntries) =>
          certificates.some(
            ({ authority: ca, first, last }) => ca === of && first <= looked && looked <= last,
          );
        expect(names(read)).toBe(names(made));
        for (const one of made.sessions) expect(read.sessions).toContainEqual(one);
      }),
    );
  });

  it('is refused, or says another thing, when anything in it is altered', () => {
    fc.assert(
      fc.property(anyEntries, fc.nat(), fc.integer({ min: 1, max: 126 }), (made, at, by) => {
        const whole = cutListText(identity, made);
        const place = at % whole.length;
        const letter = String.fromCharCode((whole.charCodeAt(place) + by) % 127);
        const altered = `${whole.slice(0, place)}${letter}${whole.slice(place + 1)}`;
        let read;
        try {
          read = parseCutList(altered);
        } catch (error) {
          expect(error).toEqual(refused);
          return;
        }
        expect(cutListText(read, read)).toBe(altered);
      }),
    );
  });

  it('is refused, and nothing else happens, for any text at all', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: 'binary', maxLength: 5_000 })), (any) => {
        expect(() => parseCutList(any)).toThrow(refused);
      }),
    );
  });

  const line = (start: string, instead: string) => text.replace(new RegExp(`^${start}.*$`, 'm'), instead);
  const hostile: readonly (readonly [string, string])[] = [
    ['nothing', ''],
    ['of another kind', text.replace('writ-cut 1', 'writ-cut 2')],
    ['with carriage returns', text.replaceAll('\n', '\r\n')],
    ['without its last newline', text.slice(0, -1)],
    ['without its end', text.replace('end\n', '')],
    ['with something after its end', `${text}key ${authority}\n`],
    ['with text before it', `\n${text}`],
    ['of no organization', line('organization', 'organization -')],
    ['with the number 0', line('number', 'number 0')],
    ['with a number of another spelling', line('number', 'number 012')],
    ['with the number 2^63', line('number', `number ${1n << 63n}`)],
    ['with an empty line', text.replace('end\n', '\nend\n')],
    ['with a line of another kind', text.replace('end\n', 'login root\nend\n')],
    ['with a key twice', line('key', `key ${authority}\nkey ${authority}`)],
    ['with keys in another order', line('key', `key ${other}\nkey ${authority}`)],
    ['with a session before the keys', text.replace(/^key/m, 'session a b\nkey')],
    ['with a certificate after the keys', text.replace('end\n', `certificate ${other} 4 4\nend\n`)],
    [
      'with a range that could be one with the next',
      line('certificate', `certificate ${authority} 5 6\ncertificate ${authority} 7 9`),
    ],
    ['with a range the wrong way round', line('certificate', `certificate ${authority} 9 5`)],
    ['with a serial of 2^64', line('certificate', `certificate ${authority} 5 ${1n << 64n}`)],
    ['with a serial of another spelling', line('certificate', `certificate ${authority} 05 9`)],
    ['with a session of a name that is none', line('session', 'session web-1 ../x')],
    ['with two blanks', text.replace('number 12', 'number  12')],
  ];
  it.each(hostile)('is refused %s', (_, altered) => {
    expect(altered).not.toBe(text);
    expect(() => parseCutList(altered)).toThrow(refused);
  });

  it.each<readonly [string, Partial<CutEntries>]>([
    ['a range the wrong way round', { certificates: [{ authority, first: 2n, last: 1n }] }],
    ['a serial below 0', { certificates: [{ authority, first: -1n, last: 1n }] }],
    ['a serial of 2^64', { certificates: [{ authority, first: 1n, last: 1n << 64n }] }],
    ['a key that would be two lines', { keys: [`${authority}\nkey ${other}`] }],
    ['a session without a name', { sessions: [{ host: 'web-1', session: '' }] }],
  ])('is not made of %s', (_, wrong) => {
    expect(() => cutListText(identity, { ...entries, ...wrong })).toThrow();
  });

  it('is neither made nor read where it is longer than a host takes', () => {
    const sessions = Array.from({ length: 40_000 }, (_, n) => ({
      host: 'h'.repeat(64),
      session: `${n}-`.padEnd(60, 'x'),
    }));
    expect(() => cutListText(identity, { ...entries, sessions })).toThrow(refused);
    expect(() => parseCutList(`${text}${'x'.repeat(longestCutList)}`)).toThrow(refused);
  });
});
