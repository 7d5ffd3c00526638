import { CodedError, isCodedError } from '@writ/kernel';
import type { AuthorityRef, SerialSource } from '@writ/issuance';
import { serial as asSerial, type Serial } from '@writ/openssh/certificate';
import { databaseError } from './database-error.js';
import type { StorageErrorCode } from './errors.js';
import type { HighWater } from './high-water.js';
import { nextBlockSize, firstBlockSize } from './block-size.js';
import { reserveSerials, returnSerials, type SerialPool } from './reserve-serials.js';

/** A serial source that gives back what it did not use. */
export interface BlockSerialSource extends SerialSource {
  /** Gives unused serials back where nobody has reserved beyond them, so that an orderly stop leaves no gap. */
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
interface Block {
  next: bigint;
  end: bigint;
  size: bigint;
  since: number;
  /** The authority's when it was reserved. */
  epoch: bigint;
}

/**
 * Hands out each authority's serials from blocks reserved in the database. A block is used only after the reservation
 * is committed and its last serial stands in the high-water file. Blocks are small for a quiet authority and grow
 * with demand; a crash skips at most what is left of one. What is left of a block is given up when the authority's epoch has
 * risen since: serials of it may have been revoked, by somebody who named them before they were used.
 */
export function blockSerials({ pool, highWater, now = Date.now }: SerialOptions): BlockSerialSource {
  const blocks = new Map<string, Block & { readonly organizationId: string }>();
  const reserving = new Map<string, Promise<void>>();
  /** Reserved in the database, and not yet in the high-water file. */
  const unmarked = new Map<string, { readonly first: bigint; readonly end: bigint; readonly size: bigint }>();

  const reserve = async ({ id, organizationId, epoch }: AuthorityRef): Promise<void> => {
    const last = blocks.get(id);
    const size = last === undefined ? firstBlockSize : nextBlockSize(last.size, now() - last.since);
    // What a full disk kept out of the high-water file is tried again: asking on does not use serials up.
    const block = unmarked.get(id) ?? { ...(await reserveSerials(pool, organizationId, id, size)), size };
    if (block.end === block.first) throw exhausted(id);
    unmarked.set(id, block);
    await highWater.raise({ serials: new Map([[id, block.end - 1n]]) });
    unmarked.delete(id);
    const since = now();
    blocks.set(id, { organizationId, next: block.first, end: block.end, size: block.size, since, epoch });
  };

  const takeFrom = (authority: AuthorityRef): Serial | undefined => {
    const block = blocks.get(authority.id);
    if (block === undefined || block.next >= block.end || authority.epoch > block.epoch) return undefined;
    return asSerial(block.next++);
  };

  return {
    async take(authority) {
      for (;;) {
        const taken = takeFrom(authority);
        if (taken !== undefined) return taken;
        let reservation = reserving.get(authority.id);
        if (reservation === undefined) {
          reservation = reserve(authority).finally(() => reserving.delete(authority.id));
          reserving.set(authority.id, reservation);
        }
        try {
          await reservation;
        } catch (error) {
          throw unavailable(error);
        }
      }
    },
    async close() {
      await Promise.allSettled(reserving.values());
      // Taken out of reach first: what goes back may be somebody else's before we have heard so.
      const unused = [...blocks];
      blocks.clear();
      for (const [id, { organizationId, next, end }] of unused) {
        if (next === end) continue;
        // Where this fails they are skipped, which is no reason not to stop.
        const returned = await returnSerials(pool, organizationId, id, next, end).catch(() => false);
        if (returned) await highWater.takeBack(id, end - 1n, next - 1n).catch(() => undefined);
      }
    },
  };
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
