import type { ScopedDatabase } from '@writ/storage';
import { HostPresence, type PresentHost } from '../../src/hosts/host-presence.js';

const ids = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;

/** A database that keeps what it is told to write, and hosts that hold requests. */
class Records {
  now = 1_000_000;
  held: PresentHost[] = [];
  fails = false;
  /** Of each transaction: its organizations, and the hosts that were written. */
  readonly written: { readonly organizations: readonly string[]; readonly hosts: readonly string[] }[] = [];
  readonly presence: HostPresence;

  constructor() {
    const store = {
      within: async (organizations: readonly string[], work: (tx: unknown) => Promise<unknown>) => {
        if (this.fails) throw new Error('the database is away');
        const $executeRaw = (_: TemplateStringsArray, hosts: readonly string[]) => {
          this.written.push({ organizations, hosts });
          return Promise.resolve(hosts.length);
        };
        return work({ $executeRaw });
      },
    } as unknown as ScopedDatabase;
    this.presence = new HostPresence({ store, clock: () => this.now, held: () => this.held });
  }

  hosts(): readonly (readonly string[])[] {
    return this.written.splice(0).map(({ hosts }) => hosts);
  }
}

const host = (n: number, organization = 1): PresentHost => ({
  organizationId: ids(organization),
  hostId: ids(n),
});

describe('when hosts were last heard of', () => {
  it('is written for all at once, also for those that only hold a request', async () => {
    const records = new Records();
    records.held = [host(1), host(2)];
    records.presence.seen(host(3));
    records.presence.seen(host(3));
    await records.presence.flush();
    expect(records.hosts().map((hosts) => [...hosts].sort())).toEqual([[ids(1), ids(2), ids(3)]]);
  });

  it('is not written again before it is getting old', async () => {
    const records = new Records();
    records.held = [host(1)];
    await records.presence.flush();
    records.now += 44_000;
    await records.presence.flush();
    expect(records.hosts()).toEqual([[ids(1)]]);
    records.now += 1_000;
    await records.presence.flush();
    expect(records.hosts()).toEqual([[ids(1)]]);
  });

  it('is written in one transaction for many organizations, and in a few for very many', async () => {
    const records = new Records();
    records.held = Array.from({ length: 130 }, (_, n) => host(n, n));
    await records.presence.flush();
    expect(records.written.map(({ organizations }) => organizations.length)).toEqual([64, 64, 2]);
  });

  it('is written the next time where the database was away, and once more before the service stops', async () => {
    const records = new Records();
    records.presence.seen(host(1));
    records.fails = true;
    await expect(records.presence.flush()).rejects.toThrow('away');
    records.fails = false;
    await records.presence.close();
    expect(records.hosts()).toEqual([[ids(1)]]);
  });
});
