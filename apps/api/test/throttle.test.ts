import fc from 'fast-check';
import { deviceCounters, strangerCounters } from '../src/auth/attempt-counters.js';
import { failuresAt, isKnown, memory, paces, waitOf, type Attempts } from '../src/auth/throttle.js';
import { networksOf, party, plainAddress } from '../src/http/source.js';

const now = 1_800_000_000_000;
const none: Attempts = { failures: 0, lastFailureAt: null, lastSuccessAt: null };
const failed = (failures: number, ago = 0): Attempts => ({ ...none, failures, lastFailureAt: now - ago });
const pace = { free: 5, every: 30_000 };

describe('how long an attempt to sign in waits', () => {
  it.each<[what: string, attempts: Attempts, wait: number]>([
    ['nothing failed', none, 0],
    ['a few failures', failed(4), 0],
    ['the fifth failure', failed(5), 30_000],
    ['hundreds, as an earlier version counted', failed(500), 30_000],
    ['part of the wait is over', failed(5, 29_000), 1_000],
    ['all of it is', failed(5, 30_000), 0],
    ['a clock that went back', failed(5, -60_000), 30_000],
  ])('%s', (_what, attempts, wait) => {
    expect(waitOf(attempts, pace, now)).toBe(wait);
  });

  it.each<[what: string, attempts: Attempts, failures: number]>([
    ['is one less after each pause', failed(5, 60_000), 3],
    ['is never less than none', failed(5, 86_400_000), 0],
    ['is never more than what is free', failed(500, 0), 5],
  ])('the count %s', (_what, attempts, failures) => {
    expect(failuresAt(attempts, pace, now)).toBe(failures);
  });

  it('is 30 s at most, but for codes', () => {
    const slow = Object.entries(paces).filter(([, { every }]) => every > 30_000);
    expect(slow.map(([name]) => name)).toEqual(['code']);
  });

  it('is never negative, never longer than its pace, and over when everything is forgotten', () => {
    const attempts = fc.record({
      failures: fc.nat(),
      lastFailureAt: fc.option(fc.integer({ min: 0, max: now })),
      lastSuccessAt: fc.option(fc.integer({ min: 0, max: now })),
    });
    fc.assert(
      fc.property(attempts, fc.constantFrom(...Object.values(paces)), (any, one) => {
        const wait = waitOf(any, one, now);
        expect(wait).toBeGreaterThanOrEqual(0);
        expect(wait).toBeLessThanOrEqual(one.every);
        expect(failuresAt(any, one, (any.lastFailureAt ?? 0) + memory)).toBe(0);
      }),
      { seed: 1 },
    );
  });

  it('lets no more through in a day than its pace', () => {
    let attempts = none;
    let through = 0;
    for (let at = now; at < now + 86_400_000; at += 1_000) {
      if (waitOf(attempts, paces.account, at) > 0) continue;
      attempts = { ...attempts, failures: failuresAt(attempts, paces.account, at) + 1, lastFailureAt: at };
      through += 1;
    }
    // What docs/threat-model.md says.
    expect(through).toBeLessThanOrEqual(4_330);
  });
});

describe('what an attempt counts under', () => {
  it('is the account and every network of the source', () => {
    const subjects = (address: string) =>
      strangerCounters('ana', address).shared.map(({ subject }) => subject);
    expect(subjects('203.0.113.7')).toEqual(['account:ana', 'source:203.0.113.7', 'source:203.0.113.0/24']);
    expect(subjects('2001:db8:1:2ff::7')).toEqual([
      'account:ana',
      'source:2001:db8:1:2ff::/64',
      'source:2001:db8:1:200::/56',
      'source:2001:db8:1::/48',
    ]);
  });

  it('is nothing that strangers move, from a device that is known', () => {
    expect(deviceCounters('user', 'device').shared).toEqual([]);
  });

  it('is, for three months, nothing shared from where the account has signed in', () => {
    const ago = (days: number): Attempts => ({ ...none, lastSuccessAt: now - days * 86_400_000 });
    expect([none, ago(0), ago(89), ago(91)].map((one) => isKnown(one, now))).toEqual([
      false,
      true,
      true,
      false,
    ]);
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

  it.each([
    ['203.0.113.7', null, '203.0.113.0/24'],
    ['2001:db8::1', '2001:db8:0:0::/56', '2001:db8:0::/48'],
    ['2001:db8:1:abcd::1', '2001:db8:1:ab00::/56', '2001:db8:1::/48'],
    ['2001:db8:1:cd::1', '2001:db8:1:0::/56', '2001:db8:1::/48'],
    ['unknown', null, null],
  ])('%s is in the wider networks %s and %s', (address, site, network) => {
    expect(networksOf(address)).toMatchObject({ site, network });
  });

  it('shows an IPv4 address that came over IPv6 as what it is', () => {
    expect(plainAddress('::ffff:10.1.2.3')).toBe('10.1.2.3');
    expect(plainAddress('::1')).toBe('::1');
  });
});
