import type { ProblemCode } from '@writ/contract';
import { CodedError } from '@writ/kernel';
import type { Change } from '@writ/storage';
import { Readable } from 'node:stream';
import type { Totals } from './read-enforcement.js';

export interface StreamSources {
  /** Counts. Ends in `not_found`. */
  readonly totals: (organizationId: string, version: string) => Promise<Totals>;
}

/** Times in ms. */
export interface StreamTimes {
  /** What arrives within this time after a count shares the next one. */
  readonly together: number;
  /** How often it is counted all the same, as hosts fall silent without a word; it also shows that the connection lives. */
  readonly beat: number;
  /** How long a stream lasts: whoever asks again is asked again who they are. */
  readonly life: number;
}

const usual: StreamTimes = { together: 100, beat: 10_000, life: 600_000 };
/** A reader that leaves so many bytes unread is given up. */
const unread = 65_536;
/** Most streams of an organization at a time. */
const most = 100;

interface Reader {
  readonly stream: Readable;
  readonly over: NodeJS.Timeout;
  /** What it was told last, without its time. */
  told: string;
}

/** Those who follow one KRL version of one organization. */
interface Room {
  readonly organizationId: string;
  readonly version: string;
  readonly readers: Set<Reader>;
  readonly beat: NodeJS.Timeout;
  counting: boolean;
  /** Something changed since the count began. */
  again: boolean;
}

/**
 * Tells whoever follows the enforcement of a KRL how far it is, as server-sent events. However many hosts prove it at
 * once, and however many follow: it is one count for all of them, and then another one for what came meanwhile.
 */
export class EnforcementStreams {
  private readonly rooms = new Map<string, Room>();
  private closed = false;

  constructor(
    private readonly sources: StreamSources,
    private readonly times: StreamTimes = usual,
  ) {}

  /** A stream that begins with how it is now. Ends in `not_found`, `shutting_down`, `too_many_requests`. */
  async open(organizationId: string, version: string): Promise<Readable> {
    if (this.closed) throw stopping();
    const name = `${organizationId} ${version}`;
    const first = await this.sources.totals(organizationId, version);
    // Not before: it may have been closed, or filled, while that was counted.
    if (this.closed) throw stopping();
    if (this.readersOf(organizationId) >= most) throw tooMany();
    const room = this.rooms.get(name) ?? this.room(name, organizationId, version);
    const stream = new Readable({ read: () => undefined });
    const over = setTimeout(() => this.end(name, reader), this.times.life);
    const reader: Reader = { stream, over, told: withoutTime(first) };
    over.unref();
    room.readers.add(reader);
    stream.once('close', () => this.end(name, reader));
    stream.push(eventOf(first));
    // What changed between the count and now nobody has heard.
    this.count(room);
    return stream;
  }

  /** Counts anew where a change may concern it. */
  changed(change: Change): void {
    for (const room of this.rooms.values()) {
      const concerns =
        change.kind === 'anything' ||
        (change.kind !== 'bundles' && change.organizationId === room.organizationId);
      if (concerns) this.count(room);
    }
  }

  /** Ends every stream; nobody can follow any more. */
  close(): void {
    this.closed = true;
    for (const [name, { readers }] of this.rooms) for (const reader of [...readers]) this.end(name, reader);
  }

  private room(name: string, organizationId: string, version: string): Room {
    const beat = setInterval(() => this.count(room, true), this.times.beat);
    const readers = new Set<Reader>();
    const room: Room = { organizationId, version, readers, beat, counting: false, again: false };
    beat.unref();
    this.rooms.set(name, room);
    return room;
  }

  private readersOf(organizationId: string): number {
    let readers = 0;
    for (const room of this.rooms.values())
      if (room.organizationId === organizationId) readers += room.readers.size;
    return readers;
  }

  private count(room: Room, beat = false): void {
    if (room.counting) {
      room.again = true;
      return;
    }
    room.counting = true;
    room.again = false;
    void this.sources
      .totals(room.organizationId, room.version)
      .then((totals) => tell(room, totals, beat))
      // It is counted again with the next change or beat.
      .catch(() => undefined)
      .finally(() => {
        const next = setTimeout(() => {
          room.counting = false;
          if (room.again) this.count(room);
        }, this.times.together);
        next.unref();
      });
  }

  private end(name: string, reader: Reader): void {
    clearTimeout(reader.over);
    if (!reader.stream.destroyed) reader.stream.push(null);
    const room = this.rooms.get(name);
    room?.readers.delete(reader);
    if (room === undefined || room.readers.size > 0) return;
    clearInterval(room.beat);
    this.rooms.delete(name);
  }
}

function tell({ readers }: Room, totals: Totals, beat: boolean): void {
  const told = withoutTime(totals);
  for (const reader of readers) {
    const { stream } = reader;
    // Whoever does not read is not waited for.
    if (stream.readableLength > unread) stream.destroy();
    else if (told !== reader.told) stream.push(eventOf(totals));
    else if (beat) stream.push(':\n\n');
    reader.told = told;
  }
}

function eventOf(totals: Totals): string {
  return `event: enforcement\ndata: ${JSON.stringify(totals)}\n\n`;
}

function withoutTime(totals: Totals): string {
  return JSON.stringify({ ...totals, at: '' });
}

function stopping(): CodedError<ProblemCode> {
  return new CodedError<ProblemCode>('shutting_down', 'The service is stopping; try again in a moment.', {
    retryAfterSeconds: 2,
  });
}

function tooMany(): CodedError<ProblemCode> {
  return new CodedError<ProblemCode>(
    'too_many_requests',
    `${most} streams of this organization are open already; end some of them.`,
    { retryAfterSeconds: 10 },
  );
}
