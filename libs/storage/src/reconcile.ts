import { Client, type ClientConfig } from 'pg';
import { databaseError } from './database-error.js';
import { highWaterMissing, type HighWater } from './high-water.js';
import { nextSerialColumn } from './reserve-serials.js';
import { holdBackAsOwner, isHeldBackAsOwner } from './held-back.js';
import {
  endWhatWouldLiveAgain,
  raiseAllEpochs,
  revokeUnknownSerials,
  tellRestored,
} from './restore-losses.js';
import { anyInUse, numbersInUse, type NumbersInUse } from './restore-numbers.js';

/** What a start has found. */
export interface Reconciled {
  /** Authorities (ids) that had to be moved on: an older database was put in place. */
  readonly moved: readonly string[];
  /** It is to be served in no way until somebody says how it goes on (`restoreInPlace`). */
  readonly heldBack: boolean;
}

/**
 * Brings database and high-water file to one mind before the first serial is taken. The file learns what the database has given
 * out. Where it knows later serials than the database, somebody put an older database in place: then, as after a restore, serials and
 * KRL versions go on past the file's marks, serials that no certificate is known of are revoked, and sessions, invitations and what
 * processes remember end, in one transaction; the service publishes the KRLs that say so before it serves (`publishPending`).
 * Where KRLs were certainly published that the database does not know, what they revoked is lost (keys, accounts), and where other
 * state directories may have used it, nobody knows how far its serials went: then nothing is changed but that every process on this
 * database holds back.
 * @param owner how to connect as the schema's owner
 * Ends in `high_water_invalid` where the file is missing, or as it was before anything was given out, and numbers were given out, of which
 * it alone could say how far they went;
 * `storage_unavailable`, `storage_full`, `state_dir_unusable`.
 */
export async function reconcileHighWater(owner: ClientConfig, highWater: HighWater): Promise<Reconciled> {
  const client = new Client({ ...owner, application_name: 'writ' });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('begin');
    const found = await numbersInUse(client);
    if (knowsNothing(highWater) && anyInUse(found)) throw highWaterMissing(highWater.file);
    if (isUnsure(found, highWater)) await holdBackAsOwner(client);
    if (await isHeldBackAsOwner(client)) {
      await client.query('commit');
      return { moved: [], heldBack: true };
    }
    const moved = await moveOn(client, highWater);
    if (moved.length > 0) {
      await endWhatWouldLiveAgain(client);
      await tellRestored(client, 'older database');
      await raiseAllEpochs(client);
      await revokeUnknownSerials(client);
    }
    const { nextSerials, krlVersions } = await numbersInUse(client);
    // Before the commit: marks that are too high cost numbers, marks that are too low would use one twice.
    await highWater.raise({
      serials: new Map([...nextSerials].map(([id, next]) => [id, next - 1n])),
      krlVersions:
        moved.length === 0
          ? krlVersions
          : new Map([...krlVersions].map(([id, version]) => [id, above(version, highWater.krlVersion(id))])),
      publishedKrls: krlVersions,
    });
    await client.query('commit');
    return { moved, heldBack: false };
  } catch (error) {
    throw databaseError(error);
  } finally {
    // Ending the session rolls back.
    await client.end().catch(() => undefined);
  }
}

/**
 * Whether it is not there, or is the one that a new installation begins with: the first start marks every organization before a number is
 * given out. Of a directory that shares the database with others it is that of one that has never served.
 */
function knowsNothing(highWater: HighWater): boolean {
  const { serials, krlVersions } = highWater.marks();
  return !highWater.file.found || (!highWater.shared() && serials.size === 0 && krlVersions.size === 0);
}

/** Whether somebody has to say how it goes on. */
function isUnsure({ nextSerials, krlVersions }: NumbersInUse, highWater: HighWater): boolean {
  const lost = [...krlVersions].some(([id, version]) => version < (highWater.publishedKrl(id) ?? 0n));
  return lost || (highWater.shared() && [...nextSerials].some(([id, next]) => isBehind(next, highWater, id)));
}

/** Whether the file knows of later serials of an authority than the database. */
function isBehind(next: bigint, highWater: HighWater, authorityId: string): boolean {
  return next <= (highWater.serial(authorityId) ?? 0n);
}

/** Moves each authority past the file's mark; which ones (ids). */
async function moveOn(client: Client, highWater: HighWater): Promise<readonly string[]> {
  const moved: string[] = [];
  for (const [id, next] of (await numbersInUse(client)).nextSerials) {
    const mark = highWater.serial(id);
    if (mark === undefined || mark < next) continue;
    await client.query('update authorities set next_serial = $2 where id = $1 and next_serial = $3', [
      ...[id, nextSerialColumn(mark + 1n)],
      nextSerialColumn(next),
    ]);
    moved.push(id);
  }
  return moved;
}

/** One more than was published: the service sees that it has to publish. */
function above(version: bigint, mark = 0n): bigint {
  return (version > mark ? version : mark) + 1n;
}
