import fc from 'fast-check';
import {
  disjointNamePatterns,
  hostName,
  hostNameWithin,
  isHostName,
  knownHostsPattern,
  login,
  namePattern,
  ownableNamePattern,
  overlappingNamePatterns,
  patternWithin,
} from '../../src/trust/index.js';
import { codeOf } from '../coded.js';

const labels = fc.constantFrom('a', 'b', 'web-1', 'acme', 'example', 'x9');
const names = fc.array(labels, { minLength: 1, maxLength: 4 }).map((each) => hostName(each.join('.')));
const patterns = fc.tuple(names, fc.boolean()).map(([name, wild]) => namePattern(wild ? `*.${name}` : name));
const patternLists = fc.array(patterns, { maxLength: 4 });

/** known_hosts matching as ssh does it: `*` any characters, `?` one, the whole name. */
function matches(pattern: string, name: string): boolean {
  const source = [...pattern].map((each) => (each === '*' ? '.*' : each === '?' ? '.' : `\\${each}`));
  return new RegExp(`^${source.join('').replace(/\\([a-z0-9])/g, '$1')}$`).test(name);
}

describe('login', () => {
  it.each(['root', '_apt', 'a', 'anna.b@corp-1', 'x'.repeat(64)])('takes %j', (text) => {
    expect(login(text)).toBe(text);
  });

  it.each([
    ['', 'empty'],
    ['x'.repeat(65), 'too long'],
    ['-l', 'an option'],
    ['.ssh', 'a dot file'],
    ['..', 'a parent directory'],
    ['1st', 'a digit first'],
    ['@corp', 'an at sign first'],
    ['a/b', 'a slash'],
    ['a b', 'a space'],
    ['a\n', 'a line end'],
    ['a\u0000', 'NUL'],
    ['a%u', 'a token'],
    ['$a', 'a dollar'],
    ['a,b', 'a comma'],
    ['ä', 'not ASCII'],
    ['role:web', 'a colon'],
  ])('refuses %j: %s', (text) => {
    expect(codeOf(() => login(text))).toBe('login_invalid');
  });
});

describe('hostName', () => {
  it.each([
    'localhost',
    'web-1.acme.example',
    'a.b',
    '3com.example',
    'xn--bcher-kva.example',
    'x'.repeat(63),
  ])('takes %j', (text) => expect(hostName(text)).toBe(text));

  it.each([
    ['', 'empty'],
    ['Web.acme.example', 'upper case'],
    ['web.acme.example.', 'a final dot'],
    ['.acme.example', 'a first dot'],
    ['a..b', 'an empty label'],
    ['-a.example', 'a hyphen first'],
    ['a-.example', 'a hyphen last'],
    ['*.acme.example', 'a wildcard'],
    ['a_b.example', 'an underscore'],
    ['10.0.0.1', 'an address'],
    ['0x7f000001', 'an address in hexadecimal'],
    ['127.0x7f', 'an address, the last part in hexadecimal'],
    ['::1', 'an IPv6 address'],
    ['host:22', 'a port'],
    ['a,b', 'a comma'],
    ['a b', 'a space'],
    ['a\n', 'a line end'],
    ['bücher.example', 'not ASCII'],
    ['x'.repeat(64), 'a long label'],
    [`${'x.'.repeat(127)}xy`, 'a long name'],
  ])('refuses %j: %s', (text) => {
    expect(codeOf(() => hostName(text))).toBe('host_name_invalid');
    expect(isHostName(text)).toBe(false);
  });
});

describe('name patterns', () => {
  it.each(['acme.example', '*.acme.example', '*.internal'])('takes %j', (text) => {
    expect(namePattern(text)).toBe(text);
  });

  it.each([
    '*',
    '*.',
    '',
    '**.a',
    '*.*.a',
    '*a.example',
    'a.*.example',
    '?.a',
    '!a.example',
    '*.A',
    '*.1',
    'a,b',
  ])('refuses %j', (text) => expect(codeOf(() => namePattern(text))).toBe('name_pattern_invalid'));

  it.each(['*.com', 'bastion'])('lets no organization have %j for itself', (text) => {
    expect(codeOf(() => ownableNamePattern(text))).toBe('name_pattern_too_wide');
  });

  it.each(['*.acme.example', 'acme.example'])('lets one organization have %j', (text) => {
    expect(ownableNamePattern(text)).toBe(text);
  });

  it('covers names below a suffix at any depth, and not the suffix nor a longer label', () => {
    const acme = [namePattern('*.acme.example')];
    expect(hostNameWithin(hostName('web.acme.example'), acme)).toBe(true);
    expect(hostNameWithin(hostName('a.b.acme.example'), acme)).toBe(true);
    expect(hostNameWithin(hostName('acme.example'), acme)).toBe(false);
    expect(hostNameWithin(hostName('evilacme.example'), acme)).toBe(false);
    expect(hostNameWithin(hostName('acme.example.evil'), acme)).toBe(false);
    expect(hostNameWithin(hostName('acme.example'), [namePattern('acme.example')])).toBe(true);
  });

  it('covers nothing without a pattern', () => {
    expect(hostNameWithin(hostName('web.acme.example'), [])).toBe(false);
    expect(patternWithin(namePattern('*.acme.example'), [])).toBe(false);
  });

  it('covers exactly what ssh matches', () => {
    fc.assert(
      fc.property(names, patternLists, (name, list) => {
        expect(hostNameWithin(name, list)).toBe(list.some((each) => matches(each, name)));
      }),
      { seed: 1, numRuns: 500 },
    );
  });

  it('finds every overlap: disjoint lists cover no name together', () => {
    fc.assert(
      fc.property(names, patternLists, patternLists, (name, left, right) => {
        const overlaps = overlappingNamePatterns(left, right);
        expect(disjointNamePatterns(left, right)).toBe(overlaps.length === 0);
        if (hostNameWithin(name, left) && hostNameWithin(name, right)) expect(overlaps).not.toEqual([]);
        for (const pair of overlaps) {
          const [first, second] = [pair.left, pair.right].sort((a, b) => b.length - a.length);
          const exact = [first, second].find((each) => each?.startsWith('*') === false);
          const shared = hostName((exact ?? first ?? '').replace('*', 'shared'));
          expect(hostNameWithin(shared, [pair.left]) && hostNameWithin(shared, [pair.right])).toBe(true);
        }
      }),
      { seed: 2, numRuns: 500 },
    );
  });
});

describe('known_hosts patterns', () => {
  it.each([
    'web.acme.example',
    '*.acme.example',
    'web-?.acme.example',
    '*-eu.*.acme.example',
    '[*.acme.example]:2222',
  ])('takes %j', (text) => expect(knownHostsPattern(text)).toBe(text));

  it.each([
    ['', 'known_hosts_pattern_invalid'],
    ['a,b', 'known_hosts_pattern_invalid'],
    ['a b', 'known_hosts_pattern_invalid'],
    ['a.example\n', 'known_hosts_pattern_invalid'],
    ['A.example', 'known_hosts_pattern_invalid'],
    ['a..example', 'known_hosts_pattern_invalid'],
    ['|1|abc=|def=', 'known_hosts_pattern_invalid'],
    ['@revoked', 'known_hosts_pattern_invalid'],
    ['#a', 'known_hosts_pattern_invalid'],
    ['[a.example]', 'known_hosts_pattern_invalid'],
    ['[a.example]:0', 'known_hosts_pattern_invalid'],
    ['[a.example]:65536', 'known_hosts_pattern_invalid'],
    ['[a.example]:22x', 'known_hosts_pattern_invalid'],
    ['[!a.example]:22', 'known_hosts_pattern_invalid'],
    ['10.0.0.1', 'known_hosts_pattern_invalid'],
    ['a.example-', 'known_hosts_pattern_invalid'],
    [`*.${'a.'.repeat(130)}b`, 'known_hosts_pattern_invalid'],
    ['*', 'known_hosts_pattern_too_wide'],
    ['?', 'known_hosts_pattern_too_wide'],
    ['*.*', 'known_hosts_pattern_too_wide'],
    ['web.*', 'known_hosts_pattern_too_wide'],
    ['*.exampl?', 'known_hosts_pattern_too_wide'],
    ['10.0.0.*', 'known_hosts_pattern_too_wide'],
    ['!a.example', 'known_hosts_pattern_negated'],
    ['!![a.example', 'known_hosts_pattern_invalid'],
  ])('refuses %j: %s', (text, code) => {
    expect(codeOf(() => knownHostsPattern(text))).toBe(code);
  });

  it('takes a negated pattern where it is asked for', () => {
    expect(knownHostsPattern('!old.acme.example', { negation: true })).toBe('!old.acme.example');
    expect(codeOf(() => knownHostsPattern('!*', { negation: true }))).toBe('known_hosts_pattern_too_wide');
  });

  it.each([
    ['*.acme.example', true],
    ['*.eu.acme.example', true],
    ['web-?.acme.example', true],
    ['[*.acme.example]:2222', true],
    ['acme.test', true],
    ['[acme.test]:22', true],
    ['*acme.example', false],
    ['acme.example', false],
    ['*.example', false],
    ['*.acme.test', false],
    ['?cme.test', false],
  ])('%j within *.acme.example and acme.test: %s', (text, within) => {
    expect(
      patternWithin(knownHostsPattern(text), [namePattern('*.acme.example'), namePattern('acme.test')]),
    ).toBe(within);
  });

  it('lets a pattern that excludes pass: it fits no host', () => {
    expect(patternWithin(knownHostsPattern('!other.example', { negation: true }), [])).toBe(true);
  });
});
