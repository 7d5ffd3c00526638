import fc from 'fast-check';
import { memory, waitFor, type AttemptCounters, type Attempts } from '../src/auth/throttle.js';
import { party, plainAddress } from '../src/http/source.js';

const now = 1_800_000_000_000;
const none: Attempts = { failures: 0, lastFailureAt: null, lastSuccessAt: null };
const failed = (failures: number, ago = 0): Attempts => ({ ...none, failures, lastFailureAt: now - ago });
const counters = (change: Partial<AttemptCounters>): AttemptCounters => ({
  account: none,
  source: none,
  pair: none,
  ...change,
});

describe('how long an attempt to sign in waits', () => {
  it.each([
    ['nothing failed', {}, 0],
    ['a few failures', { pair: failed(4) }, 0],
    ['the fifth failure from here', { pair: failed(5) }, 1_000],
    ['the sixth', { pair: failed(6) }, 2_000],
    ['the tenth', { pair: failed(10) }, 32_000],
    ['hundreds', { pair: failed(500) }, 15 * 60_000],
    ['part of the wait is over', { pair: failed(10, 30_000) }, 2_000],
    ['all of it is', { pair: failed(10, 32_000) }, 0],
    ['an hour ago', { pair: failed(500, memory + 1) }, 0],
    ['many failures of the source', { source: failed(30) }, 1_000],
    [
      'very many failures for the account from everywhere',
      { account: failed(5_000), pair: failed(1) },
      60_000,
    ],
    ['the same, first time from here', { account: failed(5_000) }, 0],
    ['the same, long since the last', { account: failed(5_000), pair: failed(9, memory + 1) }, 0],
    ['the longest counts', { pair: failed(5), account: failed(5_000) }, 60_000],
  ])('%s', (_what, change, wait) => {
    expect(waitFor(counters(change), now)).toBe(wait);
  });

  it('does not depend on strangers where the account has signed in before', () => {
    const pair = { ...none, lastSuccessAt: now - 60_000 };
    expect(waitFor({ pair, account: failed(5_000), source: failed(5_000) }, now)).toBe(0);
    expect(
      waitFor({ pair: { ...failed(8), lastSuccessAt: now - 60_000 }, account: none, source: none }, now),
    ).toBe(8_000);
  });

  it('does once that was long ago', () => {
    const pair = { ...failed(1), lastSuccessAt: now - 91 * 86_400_000 };
    expect(waitFor({ pair, account: failed(5_000), source: none }, now)).toBe(60_000);
  });

  it('is never negative and never longer than a quarter of an hour', () => {
    const attempts = fc.record({
      failures: fc.nat(),
      lastFailureAt: fc.option(fc.integer({ min: 0, max: now })),
      lastSuccessAt: fc.option(fc.integer({ min: 0, max: now })),
    });
    fc.assert(
      fc.property(fc.record({ account: attempts, source: attempts, pair: attempts }), (any) => {
        const wait = waitFor(any, now);
        expect(wait).toBeGreaterThanOrEqual(0);
        expect(wait).toBeLessThanOrEqual(15 * 60_000);
      }),
      { seed: 1 },
    );
  });
});

describe('the party behind an address', () => {
  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:0DB8:0001:0002::1', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ])('of %s is %s', (address, expected) => {
    expect(party(address)).toBe(expected);
  });

  it('shows an IPv4 address that came over IPv6 as what it is', () => {
    expect(plainAddress('::ffff:10.1.2.3')).toBe('10.1.2.3');
    expect(plainAddress('::1')).toBe('::1');
  });
});
