import { unbelievedProxies, type Arrival } from '../src/http/unbelieved-proxy.js';

const minute = 60_000;

/** The peers that are warned of. */
function watch() {
  const peers: unknown[] = [];
  const time = { now: 0 };
  const log = { warn: ({ peer }: { peer: string }) => void peers.push(peer) };
  const seen = unbelievedProxies(log, () => time.now);
  const from = (remoteAddress: string, more: Partial<Arrival> = {}): void =>
    seen({ headers: { 'x-forwarded-for': '203.0.113.7' }, socket: { remoteAddress }, ...more });
  return { peers, time, from };
}

describe('a peer that says for whom it forwards', () => {
  it('is warned of once, in all addresses of its network', () => {
    const { peers, time, from } = watch();
    for (const address of ['192.0.2.1', '192.0.2.1', '::ffff:192.0.2.1']) {
      from(address);
      time.now += minute;
    }
    for (const address of ['2001:db8::1', '2001:db8::2']) {
      from(address);
      time.now += minute;
    }
    expect(peers).toEqual(['192.0.2.1', '2001:db8::1']);
  });

  it('is not, where it is believed or says nothing', () => {
    const { peers, from } = watch();
    from('192.0.2.1', { ips: ['192.0.2.1', '203.0.113.7'] });
    from('192.0.2.2', { headers: {} });
    expect(peers).toEqual([]);
    from('192.0.2.3', { ips: ['192.0.2.3'] });
    expect(peers).toEqual(['192.0.2.3']);
  });

  it('waits for a minute where another was, and is not forgotten', () => {
    const { peers, time, from } = watch();
    for (let stranger = 0; stranger < 200; stranger += 1) {
      from(`198.51.100.${stranger}`);
      from('192.0.2.1');
      time.now += 1_000;
    }
    expect(peers.length).toBe(4);
    expect(peers).not.toContain('192.0.2.1');
    time.now += minute;
    from('192.0.2.1');
    expect(peers.at(-1)).toBe('192.0.2.1');
  });
});
