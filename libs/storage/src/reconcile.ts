import { Client, type ClientConfig } from 'pg';
import { databaseError } from './database-error.js';
import { highWaterMissing, type HighWater } from './high-water.js';
import { nextSerialColumn } from './reserve-serials.js';
import { endWhatWouldLiveAgain, raiseAllEpochs, revokeUnknownSerials } from './restore-losses.js';
import { anyInUse, numbersInUse } from './restore-numbers.js';

/**
 * Brings database and high-water file to one mind before the first serial is taken. The file learns what the database has given
 * out. Where it knows later serials than the database, somebody put an older database in place: then, as after a restore, serials and
 * KRL versions go on past the file's marks, serials that no certificate is known of are revoked, and sessions, invitations and what
 * processes remember end, in one transaction; the service publishes the KRLs that say so before it serves (`publishPending`).
 * What was revoked otherwise since (keys, accounts) nobody knows any more.
 * @param owner how to connect as the schema's owner
 * @returns the ids of the authorities that had to be moved on
 * Ends in `high_water_invalid` where the file is missing and numbers were given out, of which it alone could say how far they went;
 * `storage_unavailable`, `storage_full`, `state_dir_unusable`.
 */
export async function reconcileHighWater(
  owner: ClientConfig,
  highWater: HighWater,
): Promise<readonly string[]> {
  const client = new Client({ ...owner, application_name: 'writ' });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('begin');
    if (!highWater.file.found && anyInUse(await numbersInUse(client)))
      throw highWaterMissing(highWater.file.path);
    const moved = await moveOn(client, highWater);
    if (moved.length > 0) {
      await endWhatWouldLiveAgain(client, 'older database');
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
    });
    await client.query('commit');
    return moved;
  } catch (error) {
    throw databaseError(error);
  } finally {
    // Ending the session rolls back.
    await client.end().catch(() => undefined);
  }
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
