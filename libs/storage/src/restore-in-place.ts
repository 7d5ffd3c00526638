import { Client } from 'pg';
import { databaseError } from './database-error.js';
import { prismaLock } from './migrate.js';
import { goOn } from './held-back.js';
import {
  endWhatWouldLiveAgain,
  raiseAllEpochs,
  revokeUnknownSerials,
  tellRestored,
} from './restore-losses.js';
import { continueNumbers, type NumbersInUse } from './restore-numbers.js';
import { needsConfirmation, revocationsLost } from './restore-questions.js';
import type { Restored, RestoreOptions } from './restore.js';

/** As of a restore, of which there is neither a file nor a database that it replaces. */
export type InPlaceOptions = Pick<
  RestoreOptions,
  'owner' | 'highWater' | 'shared' | 'skipUnknown' | 'acceptLostRevocations'
>;

export type RestoredInPlace = Omit<Restored, 'summary'>;

/** Of the database that stood there before nothing is known. */
const nothing: NumbersInUse = { nextSerials: new Map(), krlVersions: new Map() };

/**
 * Does to the database that stands there what `restore` does to one that it has read from a backup: for one that was put in place by
 * other means, or whose high-water file is lost. The schema must be of now, and no service may run meanwhile
 * (`keepServicesAway`). In one transaction: all of it or nothing. Ends in `restore_needs_confirmation`, `restore_loses_revocations`,
 * `storage_unavailable`, `storage_full`, `state_dir_unusable`.
 */
export async function restoreInPlace(options: InPlaceOptions): Promise<RestoredInPlace> {
  const { highWater } = options;
  const shared = options.shared === true || highWater.shared();
  const client = new Client({ ...options.owner, application_name: 'writ restore' });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('select pg_advisory_lock($1)', [prismaLock]);
    await client.query('begin');
    await endWhatWouldLiveAgain(client);
    await raiseAllEpochs(client);
    const numbers = await continueNumbers(client, nothing, highWater, false, shared);
    if (numbers.skipped.length > 0 && options.skipUnknown !== true)
      throw needsConfirmation(numbers, shared, 'in place');
    if (numbers.lostKrls.size > 0 && options.acceptLostRevocations !== true)
      throw revocationsLost(numbers, 'in place');
    await revokeUnknownSerials(client);
    await tellRestored(client, 'in place', numbers.lostKrls);
    await goOn(client);
    // Before the commit, as a restore does.
    await highWater.raise(numbers.marks);
    await highWater.settlePublished(numbers.published);
    await client.query('commit');
    await highWater.setShared(options.shared === true).catch(() => undefined);
    return { skipped: numbers.skipped, lostRevocations: [...numbers.lostKrls.keys()], ownerless: [] };
  } catch (error) {
    throw databaseError(error);
  } finally {
    // Ending the session rolls back and unlocks.
    await client.end().catch(() => undefined);
  }
}
