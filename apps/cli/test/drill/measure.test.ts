import { getEventListeners, getMaxListeners } from 'node:events';
import type { HostName } from '@writ/openssh/trust';
import { firstOf } from '../../src/first-of.js';
import { measure } from '../../src/drill/measure.js';
import type { LetIn } from '../../src/drill/let-in.js';
import type { Turns } from '../../src/drill/turns.js';
import type { Client } from '../../src/session/client.js';

describe('a drill on many hosts', () => {
  it('listens to what ends it once for all of them, and to what it makes of that without a bound', async () => {
    const names = Array.from({ length: 20 }, (_, n) => `web-${n}.acme.example` as HostName);
    const session = { over: Promise.resolve(performance.now()), close: () => undefined };
    const hosts = names.map((name) => ({ way: { name }, session, notTried: null }) as LetIn);
    const refused = { result: 'refused', words: 'Permission denied' };
    const turns = { take: () => Promise.resolve(refused) } as unknown as Turns;
    const items = names.map((host) => ({ host, cut: true }));
    const call = () => Promise.resolve({ items, next: null });
    const client = { organization: {}, call } as unknown as Client;
    const [over, stopped] = [new AbortController().signal, new AbortController().signal];
    const seen = await measure(client, hosts, turns, { krlVersion: '7', from: 0, over, stopped });
    expect(
      seen.filter(({ cutAfter, refusedAfter, provedAfter }) => cutAfter && refusedAfter && provedAfter),
    ).toHaveLength(20);
    expect([over, stopped].map((signal) => getEventListeners(signal, 'abort').length)).toEqual([1, 1]);
    expect(getMaxListeners(firstOf(over, stopped))).toBe(Number.POSITIVE_INFINITY);
  });
});
