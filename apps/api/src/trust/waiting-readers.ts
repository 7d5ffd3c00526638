import type { ProblemCode } from '@writ/contract';
import { CodedError } from '@writ/kernel';
import type { Change } from '@writ/storage';
import { Crowd } from '../http/crowd.js';
import type { KrlShelf, PublishedKrl } from './published-krl.js';

/** How somebody waits for a KRL. */
export interface ReaderWait {
  readonly waitMs: number;
  /** The address they ask from. */
  readonly source: string;
  /** Whether they have that one already. */
  readonly holds: (krl: PublishedKrl) => boolean;
  /** Called when their wait begins, with what ends it: they hung up. It may be called at any time, more than once. */
  readonly onWait: (leave: () => void) => void;
}

/** How many may wait at a time. Nobody asked who they are: few enough that joined hosts' connections are left alone. */
const usual = { requests: 512, requestsPerSource: 32 };

interface Reader {
  /** Their time is over, or they are gone. */
  over: boolean;
  /** Ends what they wait for now: it is to be looked again. */
  wake: () => void;
}

/** Holds requests of anybody until their organization's KRL is another one than they have. */
export class WaitingReaders {
  private readonly rooms = new Map<string, Set<Reader>>();
  private readonly crowd: Crowd;

  constructor(
    private readonly krls: Pick<KrlShelf, 'current'>,
    limits = usual,
  ) {
    this.crowd = new Crowd(limits);
  }

  /**
   * Resolves with the organization's current KRL: at once where it is not the one that they hold, else as soon as there is another one, and with the same
   * one when their time is over. Ends in `too_many_requests` or `overloaded` where too many wait, from there or altogether, in
   * `shutting_down`, and as the shelf does.
   */
  async current(
    organizationId: string,
    { waitMs, source, holds, onWait }: ReaderWait,
  ): Promise<PublishedKrl> {
    const reader: Reader = { over: false, wake: () => undefined };
    const end = (): void => {
      reader.over = true;
      reader.wake();
    };
    const room = this.enter(organizationId, reader);
    let leave: (() => void) | undefined;
    let timer: NodeJS.Timeout | undefined;
    try {
      for (;;) {
        // Before it is asked which one is current, so that none comes between.
        const woken = new Promise<void>((resolve) => (reader.wake = resolve));
        const krl = await this.krls.current(organizationId);
        if (reader.over || !holds(krl)) return krl;
        if (leave === undefined) {
          leave = this.crowd.enter(source);
          timer = setTimeout(end, waitMs);
          onWait(end);
        }
        await woken;
        if (this.crowd.closed) throw stopping();
      }
    } finally {
      clearTimeout(timer);
      leave?.();
      room.delete(reader);
      if (room.size === 0 && this.rooms.get(organizationId) === room) this.rooms.delete(organizationId);
    }
  }

  /** Wakes whom a change concerns. */
  changed(change: Change): void {
    if (change.kind === 'anything') for (const room of this.rooms.values()) wake(room);
    else if (change.kind === 'krl') wake(this.rooms.get(change.organizationId) ?? []);
  }

  /** Answers everybody who waits, so that they ask elsewhere, and holds nobody any more. */
  close(): void {
    this.crowd.close();
    for (const room of this.rooms.values()) wake(room);
  }

  private enter(organizationId: string, reader: Reader): Set<Reader> {
    const room = this.rooms.get(organizationId) ?? new Set();
    this.rooms.set(organizationId, room);
    return room.add(reader);
  }
}

function wake(readers: Iterable<Reader>): void {
  for (const reader of readers) reader.wake();
}

function stopping(): CodedError<ProblemCode> {
  return new CodedError<ProblemCode>('shutting_down', 'The service is stopping; try again in a moment.', {
    retryAfterSeconds: 2,
  });
}
