import { CodedError, isCodedError } from '@writ/kernel';
import type { AuthorityRef, SerialSource } from '@writ/issuance';
import { serial as asSerial, type Serial } from '@writ/openssh/certificate';
import { databaseError } from './database-error.js';
import { databasePutBack } from './held-back.js';
import type { StorageErrorCode } from './errors.js';
import type { HighWater } from './high-water.js';
import { nextBlockSize, firstBlockSize } from './block-size.js';
import { reserveSerials, returnSerials, type SerialPool } from './reserve-serials.js';

/** A serial source that gives back what it did not use. */
export interface BlockSerialSource extends SerialSource {
  /**
   * Gives unused serials back where nobody has reserved beyond them, so that an orderly stop leaves no gap. Where other state directories
   * may use the database, they are skipped: the others' files may have learnt already that they were reserved, and would take a database that
   * knows them no more for an older one.
   */
  close(): Promise<void>;
}

export interface SerialOptions {
  /** Connections as the service's role. */
  readonly pool: SerialPool;
  readonly highWater: HighWater;
  /** Milliseconds, monotonic enough to size blocks by. */
  readonly now?: () => number;
}

/** Serials that are ours to hand out: next ≤ serial < end. */
interface Range {
  next: bigint;
  readonly end: bigint;
  /** The authority's when they were reserved. */
  readonly epoch: bigint;
}

/** What is left of an authority's block: of what was reserved last, and of what was before it. */
interface Block {
  readonly organizationId: string;
  ranges: readonly Range[];
  readonly size: bigint;
  readonly since: number;
}

/**
 * Hands out each authority's serials from blocks reserved in the database. Serials are used only after their reservation
 * is committed and the last of them stands in the high-water file. Blocks are small for a quiet authority and grow
 * with demand. When a quarter of one is left it is filled up again, so that nobody waits for it; a crash skips at most one.
 * What is left of a block is given up when the authority's epoch has risen since: serials of it may have been revoked, by
 * somebody who named them before they were used.
 */
export function blockSerials({ pool, highWater, now = Date.now }: SerialOptions): BlockSerialSource {
  const blocks = new Map<string, Block>();
  const reserving = new Map<string, Promise<void>>();
  /** Reserved in the database, and not yet in the high-water file. */
  const unmarked = new Map<string, { readonly first: bigint; readonly end: bigint }>();

  const fresh = async (organizationId: string, id: string, count: bigint) => {
    const reserved = await reserveSerials(pool, organizationId, id, count);
    if (reserved.first <= (highWater.serial(id) ?? 0n)) throw databasePutBack();
    return reserved;
  };

  const reserve = async ({ id, organizationId, epoch }: AuthorityRef): Promise<void> => {
    const last = blocks.get(id);
    const size = last === undefined ? firstBlockSize : nextBlockSize(last.size, now() - last.since);
    const lacking = size - (last === undefined ? 0n : leftOf(last, epoch));
    // What a full disk kept out of the high-water file is tried again: asking on does not use serials up.
    const { first, end } = unmarked.get(id) ?? (await fresh(organizationId, id, lacking));
    if (end === first) throw exhausted(id);
    unmarked.set(id, { first, end });
    await highWater.raise({ serials: new Map([[id, end - 1n]]) });
    unmarked.delete(id);
    const ranges = [...(blocks.get(id)?.ranges ?? []).filter(isUsable(epoch)), { next: first, end, epoch }];
    blocks.set(id, { organizationId, ranges, size, since: now() });
  };

  const reservation = (authority: AuthorityRef): Promise<void> => {
    const running = reserving.get(authority.id);
    if (running !== undefined) return running;
    const started = reserve(authority).finally(() => reserving.delete(authority.id));
    reserving.set(authority.id, started);
    return started;
  };

  const takeFrom = (authority: AuthorityRef): Serial | undefined => {
    const block = blocks.get(authority.id);
    if (block === undefined) return undefined;
    const range = block.ranges.find(isUsable(authority.epoch));
    if (range === undefined) return undefined;
    const taken = asSerial(range.next++);
    // Where this fails, whoever finds none left tries again, and is told.
    if (leftOf(block, authority.epoch) === block.size / 4n) reservation(authority).catch(() => undefined);
    return taken;
  };

  return {
    async take(authority) {
      for (;;) {
        const taken = takeFrom(authority);
        if (taken !== undefined) return taken;
        try {
          await reservation(authority);
        } catch (error) {
          throw unavailable(error);
        }
      }
    },
    async close() {
      await Promise.allSettled(reserving.values());
      // Taken out of reach first: what goes back may be somebody else's before we have heard so.
      const unused = highWater.shared() ? [] : [...blocks];
      blocks.clear();
      for (const [id, { organizationId, ranges }] of unused) {
        for (const { next, end } of [...ranges].reverse()) {
          if (next === end) continue;
          // Where this fails they are skipped, which is no reason not to stop.
          // The file first: one that says less than the database learns it at the next start, one that says more would mean
          // that an older database was put in place.
          const written = await highWater.takeBack(id, end - 1n, next - 1n).then(
            () => true,
            () => false,
          );
          if (written) await returnSerials(pool, organizationId, id, next, end).catch(() => false);
        }
      }
    },
  };
}

/** Whether serials are left of a range that an authority with this epoch may take. */
function isUsable(epoch: bigint): (range: Range) => boolean {
  return (range) => range.next < range.end && epoch <= range.epoch;
}

function leftOf({ ranges }: Block, epoch: bigint): bigint {
  return ranges.filter(isUsable(epoch)).reduce((left, { next, end }) => left + (end - next), 0n);
}

/** To the caller it is one whether the database or the high-water file cannot be written. */
function unavailable(error: unknown): unknown {
  if (!isCodedError(error, 'state_dir_unusable')) return databaseError(error);
  return new CodedError<StorageErrorCode>('storage_unavailable', error.message, error.details, {
    cause: error,
  });
}

function exhausted(authorityId: string): CodedError<StorageErrorCode> {
  return new CodedError<StorageErrorCode>(
    'serials_exhausted',
    'This authority has no serials left; rotate to a new one.',
    { authorityId },
  );
}
