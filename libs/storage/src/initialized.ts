import { CodedError } from '@writ/kernel';
import type { ClientBase } from 'pg';
import type { StorageErrorCode } from './errors.js';

/** Refuses, as the schema's owner and changing nothing, a database that holds an installation. Ends in `already_initialized`, or rejects as `pg` does. */
export async function refuseInstallation(client: ClientBase): Promise<void> {
  const { rows } = await client.query<{ there: boolean }>(
    `select to_regclass('public.installation') is not null as there`,
  );
  if (rows[0]?.there !== true) return;
  if ((await client.query('select from public.installation')).rowCount !== 0) throw alreadyInitialized();
}

/** The error for an installation that stands. */
export function alreadyInitialized(): CodedError<StorageErrorCode> {
  return new CodedError<StorageErrorCode>(
    'already_initialized',
    'This database holds an installation already; `writ server` starts it, from the state directory of its init or a ' +
      'copy of that. Another installation takes another WRIT_STATE_DIR, and another database where WRIT_DATABASE_URL is set.',
  );
}
