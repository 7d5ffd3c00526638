import type { Clock } from '@writ/kernel';
import { keepPresence, type HostSeen, type ScopedDatabase } from '@writ/storage';

/** How often what was seen is written (ms): one statement for all hosts of many organizations. */
const flushEvery = 15_000;
/** A host of which it was written less than so long ago (ms) is not written again. */
const written = 45_000;
/** Most organizations in one transaction's scope. */
const scope = 64;

/** A host and its organization. */
export type PresentHost = Pick<HostSeen, 'organizationId' | 'hostId'>;

/**
 * Keeps when hosts were last heard of: also one that says nothing but holds a request is there. So that this costs little with
 * thousands of them, it is written every 15 seconds for those of which it is not written already, and lags by a minute at most.
 */
export class HostPresence {
  /** When it was last written of each host, by its id. */
  private readonly known = new Map<string, number>();
  private seenNow = new Map<string, HostSeen>();
  private timer: NodeJS.Timeout | undefined;
  private flushing: Promise<void> = Promise.resolve();

  constructor(
    private readonly services: {
      readonly store: ScopedDatabase;
      readonly clock: Clock;
      /** The hosts that hold a request at this moment. */
      readonly held: () => Iterable<PresentHost>;
    },
  ) {}

  start(): void {
    this.timer = setInterval(() => {
      // What cannot be written now is written the next time.
      this.flushing = this.flush().catch(() => undefined);
    }, flushEvery);
    this.timer.unref();
  }

  /** Writes what it has, as far as it can, and nothing after that. */
  async close(): Promise<void> {
    clearInterval(this.timer);
    await this.flushing;
    await this.flush().catch(() => undefined);
  }

  /** A host was heard of. */
  seen({ organizationId, hostId }: PresentHost): void {
    const now = this.services.clock();
    if (this.isWritten(hostId, now)) return;
    this.seenNow.set(hostId, { organizationId, hostId, at: new Date(now) });
  }

  /** Writes it at once. Rejects as the database does; then it is written the next time. */
  async flush(): Promise<void> {
    for (const host of this.services.held()) this.seen(host);
    const seen = this.seenNow;
    this.seenNow = new Map();
    try {
      for (const part of parted([...seen.values()])) {
        const organizations = [...new Set(part.map(({ organizationId }) => organizationId))];
        await this.services.store.within(organizations, (tx) => keepPresence(tx, part));
        for (const { hostId, at } of part) this.known.set(hostId, at.getTime());
      }
    } catch (error) {
      for (const [id, one] of seen) if (!this.seenNow.has(id)) this.seenNow.set(id, one);
      throw error;
    }
    const now = this.services.clock();
    for (const [id, at] of this.known) if (now - at >= written) this.known.delete(id);
  }

  private isWritten(hostId: string, now: number): boolean {
    const at = this.known.get(hostId);
    return at !== undefined && now - at < written;
  }
}

/** Parts of few enough organizations each. */
function parted(seen: readonly HostSeen[]): readonly (readonly HostSeen[])[] {
  const byOrganization = new Map<string, HostSeen[]>();
  for (const one of seen) {
    const of = byOrganization.get(one.organizationId);
    if (of === undefined) byOrganization.set(one.organizationId, [one]);
    else of.push(one);
  }
  const all = [...byOrganization.values()];
  return Array.from({ length: Math.ceil(all.length / scope) }, (_, n) =>
    all.slice(n * scope, (n + 1) * scope).flat(),
  );
}
