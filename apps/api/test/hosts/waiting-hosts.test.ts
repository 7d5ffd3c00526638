import { CodedError } from '@writ/kernel';
import type { CurrentBundle, WantedBundle } from '../../src/hosts/bundles-of-hosts.js';
import { WaitingHosts, type HostHas, type HostNews } from '../../src/hosts/waiting-hosts.js';
import type { SignedCutList } from '../../src/trust/signed-cut-list.js';
import type { SignedKrl } from '../../src/trust/signed-krl.js';

const long = 60_000;
const krlOf = (version: bigint): SignedKrl => ({
  version,
  bytes: new Uint8Array(),
  sha256: `krl ${version}`,
  signature: 'signed',
});

/** An organization's hosts: what each has to have now, and what was asked of whom. */
class Fleet {
  version = 1n;
  krl = krlOf(1n);
  cut: SignedCutList | null = null;
  revokedAuthorities = '';
  hears = true;
  now = 0;
  goodUntil = 1_000n;
  /** What happens before bundles are given. */
  meanwhile: () => Promise<void> = () => Promise.resolve();
  krlFails: Error | null = null;
  readonly failing = new Map<string, Error>();
  readonly asked: (readonly WantedBundle[])[] = [];
  krlsAsked = 0;
  atOnce = 0;
  most = 0;
  readonly waiting = new WaitingHosts(
    {
      clock: () => this.now,
      bundles: (_, wanted) => this.bundles(wanted),
      krl: () => {
        this.krlsAsked += 1;
        return this.krlFails === null ? Promise.resolve(this.krl) : Promise.reject(this.krlFails);
      },
      cut: () => Promise.resolve(this.cut),
      revokedAuthorities: () => Promise.resolve(this.revokedAuthorities),
      hears: () => this.hears,
    },
    5,
  );

  private async bundles(
    wanted: readonly WantedBundle[],
  ): Promise<ReadonlyMap<string, CurrentBundle | Error>> {
    this.asked.push(wanted);
    this.atOnce += 1;
    this.most = Math.max(this.most, this.atOnce);
    const { version, goodUntil } = this;
    await this.meanwhile();
    this.atOnce -= 1;
    return new Map(
      wanted.map(({ hostId, has }) => {
        const text = has === version ? null : `bundle ${version} of ${hostId}`;
        return [hostId, this.failing.get(hostId) ?? { version, text, goodUntil }];
      }),
    );
  }

  /** Asks as a host does; `leave` hangs up. */
  ask(hostId: string, has: HostHas, waitMs = long, organization = 'acme') {
    let leave = (): void => undefined;
    const news = this.waiting.news(organization, hostId, has, {
      waitMs,
      onGone: (hangUp) => (leave = hangUp),
    });
    return { news, leave: () => leave() };
  }

  /** Hosts that have everything, and wait; resolves when nobody is looked at any more. */
  async settled(...hostIds: string[]): Promise<Map<string, Promise<HostNews | null>>> {
    const has = { bundle: this.version, krl: this.krl.version };
    for (const hostId of hostIds) expect(await this.ask(hostId, has, 0).news).toBeNull();
    const waiting = new Map(hostIds.map((hostId) => [hostId, this.ask(hostId, has).news]));
    this.asked.splice(0);
    return waiting;
  }

  /** Who was asked about since. */
  get looked(): readonly string[] {
    return this.asked.flat().map(({ hostId }) => hostId);
  }
}

let fleet: Fleet;
beforeEach(() => (fleet = new Fleet()));
afterEach(() => fleet.waiting.close());

const current: HostHas = { bundle: 1n, krl: 1n };
/** Nobody waits for these: a wait that ends with the test ends in shutting_down. */
const ignore = (...promises: readonly (Promise<unknown> | undefined)[]): void =>
  promises.forEach((promise) => void promise?.catch(() => undefined));

describe('a host that waits', () => {
  it('is told at once what it lacks', async () => {
    expect(await fleet.ask('web', { bundle: null, krl: null }).news).toEqual({
      bundle: 'bundle 1 of web',
      krl: fleet.krl,
      cut: null,
    });
    expect(await fleet.ask('web', { bundle: 1n, krl: null }).news).toEqual({
      bundle: null,
      krl: fleet.krl,
      cut: null,
    });
    expect(await fleet.ask('web', { bundle: 0n, krl: 1n }).news).toEqual({
      bundle: 'bundle 1 of web',
      krl: null,
      cut: null,
    });
  });

  it('is told of a cut list where it takes any and lacks the current one, at once and while it waits', async () => {
    const nothing = { ...current, cut: 0n };
    expect(await fleet.ask('web', nothing, 0).news).toBeNull();
    const waiting = fleet.ask('web', nothing).news;
    const takesNone = fleet.ask('old', current, 20).news;
    await new Promise(setImmediate);
    fleet.cut = { number: 1n, text: 'cut 1' };
    fleet.waiting.changed({ kind: 'krl', organizationId: 'acme' });
    expect(await waiting).toEqual({ bundle: null, krl: null, cut: fleet.cut });
    expect(await takesNone).toBeNull();
    expect(await fleet.ask('web', nothing).news).toMatchObject({ krl: null, cut: fleet.cut });
    expect(await fleet.ask('web', { ...current, cut: 1n }, 0).news).toBeNull();
    expect(await fleet.ask('old', current, 0).news).toBeNull();
  });

  it('gets nothing when its time is over and nothing changed', async () => {
    expect(await fleet.ask('web', current, 0).news).toBeNull();
    expect(await fleet.ask('web', current, 5).news).toBeNull();
  });

  it('costs no question when it comes back with what it was seen to need', async () => {
    await fleet.settled('web');
    expect(await fleet.ask('web', current, 0).news).toBeNull();
    expect(fleet.asked).toEqual([]);
    expect(fleet.krlsAsked).toBe(1);
  });

  it('costs one each time where changes are not heard of, and when what it has is to be renewed', async () => {
    await fleet.settled('web');
    fleet.hears = false;
    await fleet.ask('web', current, 0).news;
    expect(fleet.asked).toHaveLength(1);
    fleet.hears = true;
    fleet.now = 1_000_000;
    await fleet.ask('web', current, 0).news;
    expect(fleet.asked).toHaveLength(2);
  });

  it('has one request: a newer one ends the older with nothing', async () => {
    const { news: older } = fleet.ask('web', current);
    const { news: newer } = fleet.ask('web', current);
    expect(await older).toBeNull();
    fleet.version = 2n;
    fleet.waiting.changed({ kind: 'bundles', organizationId: 'acme' });
    expect((await newer)?.bundle).toBe('bundle 2 of web');
  });

  it('that hung up is asked about no more', async () => {
    await fleet.settled('web', 'db');
    const { news, leave } = fleet.ask('web', current);
    leave();
    leave();
    expect(await news).toBeNull();
    fleet.version = 2n;
    fleet.waiting.changed({ kind: 'bundles', organizationId: 'acme' });
    expect((await fleet.ask('db', current).news)?.bundle).toBe('bundle 2 of db');
    expect(fleet.looked).not.toContain('web');
  });

  it('is told why where its bundle cannot be made; of a new KRL all the same', async () => {
    fleet.failing.set('web', new CodedError('host_removed', 'gone'));
    await expect(fleet.ask('web', current).news).rejects.toMatchObject({ code: 'host_removed' });
    expect(await fleet.ask('web', { bundle: 1n, krl: 0n }).news).toEqual({
      bundle: null,
      krl: fleet.krl,
      cut: null,
    });
    expect(await fleet.ask('db', current, 0).news).toBeNull();
  });
});

describe('a change', () => {
  it('of one host wakes that one alone', async () => {
    const waiting = await fleet.settled('web', 'db');
    fleet.version = 2n;
    fleet.waiting.changed({ kind: 'host', organizationId: 'acme', hostId: 'web' });
    expect((await waiting.get('web'))?.bundle).toBe('bundle 2 of web');
    expect(fleet.looked).toEqual(['web']);
    ignore(waiting.get('db'));
  });

  it('of another organization, or of a host that does not wait, wakes nobody', async () => {
    const waiting = await fleet.settled('web');
    fleet.version = 2n;
    fleet.waiting.changed({ kind: 'bundles', organizationId: 'globex' });
    fleet.waiting.changed({ kind: 'host', organizationId: 'acme', hostId: 'db' });
    // Looked at after whatever these had begun.
    expect((await fleet.ask('db', current).news)?.bundle).toBe('bundle 2 of db');
    expect(fleet.looked).toEqual(['db']);
    ignore(waiting.get('web'));
  });

  it('wakes all of the organization, some at a time, two times at once', async () => {
    const hostIds = Array.from({ length: 450 }, (_, n) => `web-${n}`);
    const waiting = await fleet.settled(...hostIds);
    fleet.meanwhile = () => new Promise((resolve) => setImmediate(resolve));
    fleet.version = 2n;
    fleet.waiting.changed({ kind: 'bundles', organizationId: 'acme' });
    for (const [hostId, news] of waiting) expect((await news)?.bundle).toBe(`bundle 2 of ${hostId}`);
    expect(fleet.looked).toHaveLength(450);
    expect(Math.max(...fleet.asked.map(({ length }) => length))).toBeLessThan(450);
    expect(fleet.most).toBe(2);
  });

  it('of what bundles are made of makes lists that were signed before count no more: another key may sign by now', async () => {
    ignore(...(await fleet.settled('a')).values());
    fleet.krl = { ...fleet.krl, signature: 'signed by the next key' };
    fleet.waiting.changed({ kind: 'bundles', organizationId: 'acme' });
    expect(await fleet.ask('b', { bundle: null, krl: null }).news).toMatchObject({ krl: fleet.krl });
  });

  it('that comes while bundles are made is not missed', async () => {
    const waiting = await fleet.settled('web');
    const later = fleet.ask('web', current);
    expect(await waiting.get('web')).toBeNull();
    let changes = 0;
    fleet.meanwhile = () => {
      // What was read is no longer so.
      if ((changes += 1) === 1) {
        fleet.version = 2n;
        fleet.waiting.changed({ kind: 'bundles', organizationId: 'acme' });
      }
      return Promise.resolve();
    };
    fleet.waiting.changed({ kind: 'bundles', organizationId: 'acme' });
    expect((await later.news)?.bundle).toBe('bundle 2 of web');
    expect(changes).toBe(2);
  });

  it('of the KRL is told to all, and no bundle is looked at', async () => {
    const waiting = await fleet.settled('web', 'db');
    fleet.krl = krlOf(2n);
    fleet.waiting.changed({ kind: 'krl', organizationId: 'acme' });
    for (const news of waiting.values())
      expect(await news).toEqual({ bundle: null, krl: fleet.krl, cut: null });
    expect(fleet.asked).toEqual([]);
  });

  it('of the KRL that revokes an authority is told together with the bundle that brings the next', async () => {
    const waiting = await fleet.settled('web', 'db');
    fleet.krl = krlOf(2n);
    fleet.version = 2n;
    fleet.revokedAuthorities = 'SHA256:first';
    fleet.waiting.changed({ kind: 'bundles', organizationId: 'acme' });
    fleet.waiting.changed({ kind: 'krl', organizationId: 'acme' });
    for (const [hostId, news] of waiting)
      expect(await news).toEqual({ bundle: `bundle 2 of ${hostId}`, krl: fleet.krl, cut: null });
  });

  it('that may be anything makes what was seen before count no more', async () => {
    const waiting = await fleet.settled('web');
    fleet.krl = krlOf(2n);
    fleet.waiting.changed({ kind: 'anything' });
    expect(await waiting.get('web')).toEqual({ bundle: null, krl: fleet.krl, cut: null });
    expect(fleet.looked).toEqual(['web']);
  });
});

describe('where it cannot be told whether there is news', () => {
  const away = new CodedError('storage_unavailable', 'The database is away.');

  it('it is tried again, and the host waits', async () => {
    fleet.krlFails = away;
    const { news } = fleet.ask('web', { bundle: 0n, krl: 1n });
    while (fleet.krlsAsked < 2) await new Promise((resolve) => setImmediate(resolve));
    fleet.krlFails = null;
    expect(await news).toEqual({ bundle: 'bundle 1 of web', krl: null, cut: null });
  });

  it('the host is told why when its time is over', async () => {
    fleet.krlFails = away;
    await expect(fleet.ask('web', current, 0).news).rejects.toBe(away);
    await expect(fleet.ask('web', current, 12).news).rejects.toBe(away);
  });

  it('of a new KRL each host is looked at', async () => {
    const waiting = await fleet.settled('web');
    fleet.krl = krlOf(2n);
    fleet.krlFails = away;
    fleet.waiting.changed({ kind: 'krl', organizationId: 'acme' });
    while (fleet.krlsAsked < 3) await new Promise((resolve) => setImmediate(resolve));
    fleet.krlFails = null;
    expect(await waiting.get('web')).toEqual({ bundle: null, krl: fleet.krl, cut: null });
  });
});

describe('when the service stops', () => {
  it('everybody who waits is sent elsewhere, and whoever comes later', async () => {
    const waiting = await fleet.settled('web', 'db');
    const globex = fleet.ask('web', current, long, 'globex');
    fleet.waiting.close();
    const all = [...waiting.values(), globex.news, fleet.ask('app', current).news];
    for (const news of all) await expect(news).rejects.toMatchObject({ code: 'shutting_down' });
  });
});
