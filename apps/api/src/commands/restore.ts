import { CodedError, isCodedError } from '@writ/kernel';
import {
  keepServicesAway,
  liveOwner,
  makeStateDirectory,
  openDatabase,
  openHighWater,
  restore as restoreDatabase,
  type Database,
  type RestoreOptions,
  type Restored,
  type StorageErrorCode,
} from '@writ/storage';
import type { Command } from './command.js';
import { parseWords, usage } from './command-line.js';
import { Opened } from './opened.js';
import { assertOpens } from './restore-secret.js';
import type { Terminal } from './terminal.js';

const options = {
  replace: { type: 'boolean' },
  'skip-unknown': { type: 'boolean' },
  'accept-lost-revocations': { type: 'boolean' },
  'secret-later': { type: 'boolean' },
  json: { type: 'boolean' },
} as const;

export const restore: Command = {
  async run({ words, environment, configuration, terminal }) {
    const { values, positionals } = parseWords(words, options, 1);
    const [file] = positionals;
    if (file === undefined) throw usage('the file to read is missing');
    const { stateDirectory, databaseUrl } = configuration.config;
    if (values['secret-later'] !== true) await assertOpens(file, environment, stateDirectory, terminal);
    await makeStateDirectory(stateDirectory);
    const opened = new Opened();
    try {
      const database = opened.add(await openAlone(stateDirectory, databaseUrl));
      opened.add(await keepServicesAway(database.connection('owner')));
      const restored = await restoreOrAsk(file, terminal, {
        owner: database.connection('owner'),
        roles: {
          owner: database.roleName('owner'),
          app: database.roleName('app'),
          recorder: database.roleName('recorder'),
        },
        highWater: await openHighWater(stateDirectory),
        shared: database.kind === 'external',
        replace: values.replace === true,
        skipUnknown: values['skip-unknown'] === true,
        acceptLostRevocations: values['accept-lost-revocations'] === true,
      });
      if (values.json === true) return terminal.print(`${JSON.stringify(restored)}\n`);
      terminal.say(`Restored the backup of ${restored.summary.createdAt}.`);
      if (restored.skipped.length > 0)
        terminal.say(`Skipped 2^32 serials of ${restored.skipped.length} authorities.`);
      if (restored.lostRevocations.length > 0)
        terminal.say('KRLs that were published since are lost: revoke again what they revoked.');
      terminal.say('Start the service with the key-encryption secret of that backup: writ server');
    } finally {
      await opened.close();
    }
  },
};

async function restoreOrAsk(file: string, terminal: Terminal, wanted: RestoreOptions): Promise<Restored> {
  try {
    return await restoreDatabase(file, wanted);
  } catch (error) {
    const confirmed = confirmations.find(({ code }) => isCodedError(error, code));
    if (confirmed === undefined || !terminal.interactive) throw error;
    terminal.say((error as Error).message);
    if (!(await terminal.confirm(confirmed.question))) throw error;
    return restoreOrAsk(file, terminal, { ...wanted, ...confirmed.yes });
  }
}

interface Confirmation {
  readonly code: StorageErrorCode;
  readonly question: string;
  readonly yes: Partial<RestoreOptions>;
}

const confirmations: readonly Confirmation[] = [
  {
    code: 'restore_needs_confirmation',
    question: 'Skip them and restore?',
    yes: { skipUnknown: true },
  },
  {
    code: 'restore_loses_revocations',
    question: 'Restore without them?',
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
