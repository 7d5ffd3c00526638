import { CodedError, isCodedError, systemClock } from '@writ/kernel';
import {
  keepServicesAway,
  listOrganizationIds,
  liveOwner,
  makeStateDirectory,
  migrateDatabase,
  openDatabase,
  openHighWater,
  openScoped,
  restore as restoreBackup,
  restoreInPlace,
  type Database,
  type HighWater,
  type InPlaceOptions,
  type Restored,
  type RestoredInPlace,
  type StorageErrorCode,
} from '@writ/storage';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { publishPending } from '../revocations/publish-pending.js';
import type { Command, Invocation } from './command.js';
import { parseWords, usage } from './command-line.js';
import { notInitialized } from './not-initialized.js';
import { Opened } from './opened.js';
import { assertOpens } from './restore-secret.js';
import type { Terminal } from './terminal.js';
import { installationOf } from './unlock.js';

const options = {
  'in-place': { type: 'boolean' },
  replace: { type: 'boolean' },
  'skip-unknown': { type: 'boolean' },
  'accept-lost-revocations': { type: 'boolean' },
  'secret-later': { type: 'boolean' },
  json: { type: 'boolean' },
} as const;

type Values = ReturnType<typeof parsed>['values'];

const parsed = (words: readonly string[]) => parseWords(words, options, 1);

export const restore: Command = {
  async run(invocation) {
    const { values, positionals } = parsed(invocation.words);
    const [file] = positionals;
    const inPlace = values['in-place'] === true;
    if (inPlace && (file !== undefined || values.replace === true || values['secret-later'] === true))
      throw usage('--in-place takes the database that is there: no file, --replace or --secret-later');
    if (inPlace) return goOnInPlace(invocation, values);
    if (file === undefined) throw usage('the file to read is missing');
    return restoreFrom(file, invocation, values);
  },
};

async function restoreFrom(file: string, invocation: Invocation, values: Values): Promise<void> {
  const { environment, configuration, terminal } = invocation;
  const { stateDirectory } = configuration.config;
  if (values['secret-later'] !== true) await assertOpens(file, environment, stateDirectory, terminal);
  await withDatabase(invocation, async (database, highWater) => {
    const roles = {
      owner: database.roleName('owner'),
      app: database.roleName('app'),
      recorder: database.roleName('recorder'),
    };
    const replace = values.replace === true;
    const wanted = { ...answers(values, database), roles, highWater, replace };
    const restored = await untilConfirmed<Restored>(terminal, (yes) =>
      restoreBackup(file, { ...wanted, ...yes }),
    );
    await publishNow(database, highWater);
    if (values.json === true) return terminal.print(`${JSON.stringify(restored)}\n`);
    terminal.say(`Restored the backup of ${restored.summary.createdAt}.`);
    report(restored, terminal);
    terminal.say('Start the service with the key-encryption secret of that backup: writ server');
  });
}

/** For a database that was put back by other means, or that has lost its high-water file. */
async function goOnInPlace(invocation: Invocation, values: Values): Promise<void> {
  const { configuration, terminal } = invocation;
  const { stateDirectory, databaseUrl } = configuration.config;
  if (databaseUrl === undefined && !existsSync(join(stateDirectory, 'postgres'))) throw notInitialized();
  await withDatabase(invocation, async (database, highWater) => {
    await migrateDatabase(database);
    await installationOf(database);
    const wanted = { ...answers(values, database), highWater };
    const restored = await untilConfirmed<RestoredInPlace>(terminal, (yes) =>
      restoreInPlace({ ...wanted, ...yes }),
    );
    await publishNow(database, highWater);
    if (values.json === true) return terminal.print(`${JSON.stringify(restored)}\n`);
    terminal.say('The database goes on as it is, past every number that may have been given out.');
    report(restored, terminal);
    terminal.say('Start the service: writ server');
  });
}

/** Hosts and other processes find one that is later than all there were, whichever process starts first. */
async function publishNow(database: Database, highWater: HighWater): Promise<void> {
  const store = openScoped({ connection: database.connection('owner'), connections: 1 });
  try {
    const organizations = await store.unscoped(listOrganizationIds);
    await publishPending({ store, highWater, clock: systemClock }, organizations);
  } finally {
    await store.close();
  }
}

/** Opens the database and the high-water file while no service runs. Ends in `state_in_use`, `database_in_use`. */
async function withDatabase(
  { configuration }: Invocation,
  work: (database: Database, highWater: HighWater) => Promise<void>,
): Promise<void> {
  const { stateDirectory, databaseUrl } = configuration.config;
  await makeStateDirectory(stateDirectory);
  const opened = new Opened();
  try {
    const database = opened.add(await openAlone(stateDirectory, databaseUrl));
    opened.add(await keepServicesAway(database.connection('owner')));
    await work(database, await openHighWater(stateDirectory));
  } finally {
    await opened.close();
  }
}

function answers(values: Values, database: Database): Omit<InPlaceOptions, 'highWater'> {
  return {
    owner: database.connection('owner'),
    shared: database.kind === 'external',
    skipUnknown: values['skip-unknown'] === true,
    acceptLostRevocations: values['accept-lost-revocations'] === true,
  };
}

function report({ skipped, lostRevocations, ownerless }: RestoredInPlace, terminal: Terminal): void {
  if (skipped.length > 0) terminal.say(`Skipped 2^32 serials of ${skipped.length} authorities.`);
  if (lostRevocations.length > 0)
    terminal.say('KRLs that were published since are lost: revoke again what they revoked.');
  if (ownerless.length > 0)
    terminal.say(
      `The owners of ${ownerless.length} organizations came later than it: \`writ events --kind installation.restored\` of each says so; invite them again.`,
    );
}

/** Tries, and where something has to be confirmed and there is a terminal, asks and tries again with what was confirmed. */
async function untilConfirmed<T>(
  terminal: Terminal,
  attempt: (yes: Confirmation['yes']) => Promise<T>,
  yes: Confirmation['yes'] = {},
): Promise<T> {
  try {
    return await attempt(yes);
  } catch (error) {
    const confirmed = confirmations.find(({ code }) => isCodedError(error, code));
    if (confirmed === undefined || !terminal.interactive) throw error;
    terminal.say((error as Error).message);
    if (!(await terminal.confirm(confirmed.question))) throw error;
    return untilConfirmed(terminal, attempt, { ...yes, ...confirmed.yes });
  }
}

interface Confirmation {
  readonly code: StorageErrorCode;
  readonly question: string;
  readonly yes: Pick<InPlaceOptions, 'skipUnknown' | 'acceptLostRevocations'>;
}

const confirmations: readonly Confirmation[] = [
  {
    code: 'restore_needs_confirmation',
    question: 'Skip them?',
    yes: { skipUnknown: true },
  },
  {
    code: 'restore_loses_revocations',
    question: 'Go on without them?',
    yes: { acceptLostRevocations: true },
  },
];

/** Opens the database while no service of this state directory runs, which is named. Ends in `state_in_use`. */
async function openAlone(stateDirectory: string, url: string | undefined): Promise<Database> {
  // The embedded one as the service would, for it must not run meanwhile; somebody's own may be new to this directory.
  if (url === undefined) return openDatabase({ stateDirectory, purpose: 'service' });
  const pid = await liveOwner(stateDirectory);
  if (pid !== undefined) {
    throw new CodedError<StorageErrorCode>('state_in_use', `Stop the service (process ${pid}) first.`, {
      pid,
    });
  }
  return openDatabase({ stateDirectory, url, purpose: 'restore' });
}
