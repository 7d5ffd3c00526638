import type { ProblemCode } from '@writ/contract';
import { CodedError, seconds, type Clock } from '@writ/kernel';
import type { Change } from '@writ/storage';
import { setImmediate as yielded } from 'node:timers/promises';
import type { SignedCutList } from '../trust/signed-cut-list.js';
import type { SignedKrl } from '../trust/signed-krl.js';
import type { CurrentBundle, WantedBundle } from './bundles-of-hosts.js';

/** What a host says it has; null: nothing. */
export interface HostHas {
  readonly bundle: bigint | null;
  readonly krl: bigint | null;
  /** The number of its cut list, 0 for none; null or left out: it takes none. */
  readonly cut?: bigint | null;
  /** Whether its kit knows session limits; left out: it does not. */
  readonly takesLimits?: boolean;
}

/** What has changed for a host: at least one of them. */
export interface HostNews {
  readonly bundle: string | null;
  readonly krl: SignedKrl | null;
  readonly cut: SignedCutList | null;
}

/** Where the news come from. */
export interface NewsSources {
  readonly clock: Clock;
  /** Hosts' bundles as they have to be now, or what kept each from being made. */
  readonly bundles: (
    organizationId: string,
    wanted: readonly WantedBundle[],
  ) => Promise<ReadonlyMap<string, CurrentBundle | Error>>;
  readonly krl: (organizationId: string) => Promise<SignedKrl>;
  /** Null before the organization's first. */
  readonly cut: (organizationId: string) => Promise<SignedCutList | null>;
  /** Which authorities for users were revoked, in whatever words. */
  readonly revokedAuthorities: (organizationId: string) => Promise<string>;
  /** Whether every change is heard of; otherwise nothing that was seen before counts. */
  readonly hears: () => boolean;
}

/** So many hosts' bundles are made at a time, and so many answers given before others have their turn. */
const batch = 250;
/** Batches that are worked on at a time: one is in the database while another is computed. */
const lanes = 2;

/** How a host waits. */
export interface Wait {
  readonly waitMs: number;
  /** Is told what to call when the host hangs up; it may be called at any time, more than once. */
  readonly onGone: (leave: () => void) => void;
}

/** A host whose request is held. */
interface Waiting {
  readonly has: HostHas;
  /** Ends the wait with news, with nothing, or for want of an answer; all but the first time it does nothing. */
  readonly end: (news: HostNews | Error | null) => void;
  /** Its time is over: it is answered as soon as it is known whether there is news. */
  due: boolean;
  /** Nobody could tell so far whether there is news. */
  unsure: Error | null;
}

/** What is the same for all hosts of an organization. */
interface Lists {
  readonly krl: SignedKrl;
  readonly cut: SignedCutList | null;
}

/** What a host was last seen to need, and for what kind of kit. */
type Standing = CurrentBundle & { readonly takesLimits: boolean };

/** What is known of an organization with waiting hosts. */
interface Room {
  readonly organizationId: string;
  readonly waiting: Map<string, Waiting>;
  /** Hosts that have to be looked at. */
  readonly asked: Set<string>;
  /** Hosts that are being looked at. */
  readonly looking: Set<string>;
  /** The version that each host has to have, seen since the last change. */
  readonly standing: Map<string, Standing>;
  lists: Lists | null;
  /** Which authorities were revoked when the lists were last read. */
  revokedAuthorities: string | null;
  /** Counts changes: what was read before one says nothing after it. */
  bundleChanges: number;
  listChanges: number;
}

/**
 * Holds hosts' requests until there is something new for them. What changes wakes exactly the hosts concerned; their bundles
 * are made in batches, in the order in which they asked. A host that comes back with what it was last seen to need costs no
 * query at all, as long as every change is heard of.
 */
export class WaitingHosts {
  private readonly rooms = new Map<string, Room>();
  private running = 0;
  private closed = false;

  /** @param triedAgain how soon it is tried again to tell whether there is news, where that failed (ms) */
  constructor(
    private readonly sources: NewsSources,
    private readonly triedAgain = 2_000,
  ) {}

  /**
   * Resolves with what is new for a host as soon as there is anything, and with null after `waitMs`, when the host hangs up, or
   * when it asks again: one request of a host is held, the newest. Ends in `shutting_down`, and for want of any answer in
   * what `bundlesOfHosts` ends in.
   */
  news(
    organizationId: string,
    hostId: string,
    has: HostHas,
    { waitMs, onGone }: Wait,
  ): Promise<HostNews | null> {
    if (this.closed) return Promise.reject(stopping());
    const room = this.room(organizationId);
    room.waiting.get(hostId)?.end(null);
    return new Promise((resolve, reject) => {
      const one: Waiting = {
        has,
        due: waitMs === 0,
        unsure: null,
        end: (news) => {
          clearTimeout(timer);
          if (room.waiting.get(hostId) === one) room.waiting.delete(hostId);
          if (news instanceof Error) reject(news);
          else resolve(news);
        },
      };
      const timer = setTimeout(() => {
        one.due = true;
        if (!isAsked(room, hostId)) endUnanswered(one);
      }, waitMs);
      room.waiting.set(hostId, one);
      if (!this.isCurrent(room, hostId, has)) this.ask(room, [hostId]);
      else if (one.due) one.end(null);
      onGone(() => one.end(null));
    });
  }

  /** Wakes whom a change concerns. */
  changed(change: Change): void {
    if (change.kind === 'anything') {
      for (const room of this.rooms.values()) {
        forgetLists(room);
        this.forgetBundles(room);
      }
      return;
    }
    const room = this.rooms.get(change.organizationId);
    if (room === undefined || change.kind === 'statements') return;
    if (change.kind === 'krl') {
      forgetLists(room);
      void this.tellLists(room);
    } else if (change.kind === 'bundles') {
      // The key that signs the lists may be another one now, and hosts believe no other.
      forgetLists(room);
      this.forgetBundles(room);
    } else {
      room.bundleChanges += 1;
      room.standing.delete(change.hostId);
      if (room.waiting.has(change.hostId)) this.ask(room, [change.hostId]);
    }
  }

  /** The hosts that hold a request now. */
  *held(): Iterable<{ readonly organizationId: string; readonly hostId: string }> {
    for (const { organizationId, waiting } of this.rooms.values())
      for (const hostId of waiting.keys()) yield { organizationId, hostId };
  }

  /** Answers everybody who waits, so that they ask elsewhere, and holds nobody any more. */
  close(): void {
    this.closed = true;
    for (const room of this.rooms.values()) {
      room.asked.clear();
      for (const one of room.waiting.values()) one.end(stopping());
    }
  }

  private room(organizationId: string): Room {
    const known = this.rooms.get(organizationId);
    if (known !== undefined) return known;
    const room: Room = {
      organizationId,
      waiting: new Map(),
      asked: new Set(),
      looking: new Set(),
      standing: new Map(),
      lists: null,
      revokedAuthorities: null,
      bundleChanges: 0,
      listChanges: 0,
    };
    this.rooms.set(organizationId, room);
    return room;
  }

  private forgetBundles(room: Room): void {
    room.bundleChanges += 1;
    room.standing.clear();
    this.ask(room, room.waiting.keys());
  }

  private isCurrent(room: Room, hostId: string, has: HostHas): boolean {
    if (room.lists === null || !this.hasBundle(room, hostId, has)) return false;
    const { krl, cut } = newLists(has, room.lists);
    return krl === null && cut === null;
  }

  private hasBundle(room: Room, hostId: string, has: HostHas): boolean {
    const standing = room.standing.get(hostId);
    if (standing === undefined || !this.sources.hears()) return false;
    if (standing.takesLimits !== takesLimits(has)) return false;
    return standing.version === has.bundle && standing.goodUntil > seconds(this.sources.clock);
  }

  private ask(room: Room, hostIds: Iterable<string>): void {
    for (const id of hostIds) room.asked.add(id);
    const enough = Math.min(lanes, Math.ceil(room.asked.size / batch));
    while (this.running < enough) void this.run();
  }

  /** Looks at who has to be looked at, one batch of each organization after the other, until there is nobody. */
  private async run(): Promise<void> {
    this.running += 1;
    // Who asks at the same time is looked at together.
    await yielded();
    for (let found = true; found;) {
      found = false;
      for (const room of this.rooms.values()) {
        if (room.asked.size === 0) continue;
        found = true;
        await this.lookAt(room, firstOf(room.asked, batch));
        await yielded();
      }
    }
    // In the same moment as the last look, so that nobody who asks meanwhile is forgotten.
    this.running -= 1;
  }

  private async lookAt(room: Room, hostIds: readonly string[]): Promise<void> {
    for (const id of hostIds) {
      room.asked.delete(id);
      room.looking.add(id);
    }
    try {
      const lists = await this.listsOf(room);
      const current = await this.bundlesOf(room, hostIds);
      for (const id of hostIds) tell(room, id, current.get(id), lists);
    } catch (error) {
      this.putOff(room, hostIds, error);
    } finally {
      for (const id of hostIds) {
        room.looking.delete(id);
        const one = room.waiting.get(id);
        if (one?.due === true && !room.asked.has(id)) endUnanswered(one);
      }
    }
  }

  /** It could not be told whether there is news: the hosts wait on, as long as they want to, and it is tried again. */
  private putOff(room: Room, hostIds: readonly string[], error: unknown): void {
    const unsure = error instanceof Error ? error : new Error(String(error));
    for (const id of hostIds) {
      const one = room.waiting.get(id);
      if (one !== undefined) one.unsure = unsure;
    }
    setTimeout(() => {
      const left = hostIds.filter((id) => (room.waiting.get(id)?.unsure ?? null) !== null);
      if (!this.closed) this.ask(room, left);
    }, this.triedAgain).unref();
  }

  /** What is remembered of those that have it, and is asked for the others. */
  private async bundlesOf(
    room: Room,
    hostIds: readonly string[],
  ): Promise<ReadonlyMap<string, CurrentBundle | Error>> {
    const current = new Map<string, CurrentBundle | Error>();
    const wanted: WantedBundle[] = [];
    for (const hostId of hostIds) {
      const one = room.waiting.get(hostId);
      if (one === undefined) continue;
      const standing = room.standing.get(hostId);
      if (standing !== undefined && this.hasBundle(room, hostId, one.has)) current.set(hostId, standing);
      else wanted.push({ hostId, has: one.has.bundle, takesLimits: takesLimits(one.has) });
    }
    if (wanted.length === 0) return current;
    const changes = room.bundleChanges;
    const kinds = new Map(wanted.map(({ hostId, takesLimits: takes }) => [hostId, takes === true]));
    for (const [id, bundle] of await this.sources.bundles(room.organizationId, wanted)) {
      current.set(id, bundle);
      if (changes === room.bundleChanges && !(bundle instanceof Error))
        room.standing.set(id, { ...bundle, text: null, takesLimits: kinds.get(id) === true });
    }
    return current;
  }

  private async listsOf(room: Room): Promise<Lists> {
    if (room.lists !== null && this.sources.hears()) return room.lists;
    const changes = room.listChanges;
    // In this order: who could still log in must not be cut first.
    const cut = await this.sources.cut(room.organizationId);
    const lists = { cut, krl: await this.sources.krl(room.organizationId) };
    room.revokedAuthorities = await this.sources.revokedAuthorities(room.organizationId);
    if (changes === room.listChanges) room.lists = lists;
    return lists;
  }

  /**
   * A new KRL or cut list is the same for all: no bundle is looked at. But where it revokes an authority, the bundle that brings the next
   * one comes with it: a host that is to trust no other refuses such a KRL.
   */
  private async tellLists(room: Room): Promise<void> {
    const changes = room.listChanges;
    const revoked = room.revokedAuthorities;
    try {
      const lists = await this.listsOf(room);
      if (room.revokedAuthorities !== revoked) return this.ask(room, room.waiting.keys());
      const waiting = [...room.waiting];
      for (let from = 0; from < waiting.length && changes === room.listChanges; from += batch) {
        for (const [, one] of waiting.slice(from, from + batch)) {
          const { krl, cut } = newLists(one.has, lists);
          if (krl !== null || cut !== null) one.end({ bundle: null, krl, cut });
        }
        await yielded();
      }
    } catch {
      // Then they are looked at one by one, and each is told why it cannot be answered.
      this.ask(room, room.waiting.keys());
    }
  }
}

function takesLimits(has: HostHas): boolean {
  return has.takesLimits === true;
}

/** What a host lacks of the lists. */
function newLists(has: HostHas, { krl, cut }: Lists): Omit<HostNews, 'bundle'> {
  return {
    krl: krl.version === has.krl ? null : krl,
    cut: (has.cut ?? null) === null || cut?.number === has.cut ? null : cut,
  };
}

function tell(room: Room, hostId: string, bundle: CurrentBundle | Error | undefined, lists: Lists): void {
  const one = room.waiting.get(hostId);
  if (one === undefined || bundle === undefined) return;
  const news = newLists(one.has, lists);
  const any = news.krl !== null || news.cut !== null;
  if (bundle instanceof Error) {
    // New lists reach also a host whose bundle cannot be made.
    one.end(any ? { bundle: null, ...news } : bundle);
    return;
  }
  one.unsure = null;
  if (bundle.text !== null || any) one.end({ bundle: bundle.text, ...news });
}

function isAsked(room: Room, hostId: string): boolean {
  return room.asked.has(hostId) || room.looking.has(hostId);
}

function endUnanswered({ end, unsure }: Waiting): void {
  end(unsure);
}

function forgetLists(room: Room): void {
  room.listChanges += 1;
  room.lists = null;
}

function firstOf(set: ReadonlySet<string>, most: number): readonly string[] {
  const first: string[] = [];
  for (const one of set) {
    if (first.length === most) break;
    first.push(one);
  }
  return first;
}

function stopping(): CodedError<ProblemCode> {
  return new CodedError<ProblemCode>('shutting_down', 'The service is stopping; try again in a moment.', {
    retryAfterSeconds: 2,
  });
}
