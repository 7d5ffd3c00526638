import { CodedError } from '@writ/kernel';
import type { ClientBase } from 'pg';
import type { StorageErrorCode } from './errors.js';
import { givenSealed, readSealed } from './restore-authorities.js';

/** The keys that sign for hosts in the database that is to be replaced. */
export const readBundleKeys = `${readSealed('bundle_keys')} where k.state = 'active'`;

const given = givenSealed('bundle_keys');

/** One that the backup has, too, is sealed there as its others are. */
const usable = '(given.opens or exists (select from bundle_keys own where own.id = given.id))';

/** The backup's signs no more where another one did. */
const retired = `with ${given}
  update bundle_keys k set state = 'retired', retired_at = now() from given
  where k.organization_id = given.organization_id and k.state = 'active' and k.id <> given.id and ${usable}`;

const signing = `with ${given}
  insert into bundle_keys (id, organization_id, state, public_key, fingerprint, sealed_key, created_at, activated_at)
  select id, organization_id, 'active', public_key, fingerprint, sealed_key, created_at, activated_at from given where ${usable}
  on conflict (id) do update set state = 'active', activated_at = excluded.activated_at, retired_at = null`;

const left = `with ${given}
  select given.fingerprint from given where not exists (
    select from bundle_keys k where k.id = given.id and k.state = 'active') order by 1`;

/**
 * Lets the bundle key sign that signed in the replaced database: hosts that have changed to it believe none from before it.
 * @param rows as `readBundleKeys` said them
 * Ends in `restore_loses_authority` where that one is sealed under another secret than the backup's. Rejects as `pg` does.
 */
export async function carryBundleKeys(client: ClientBase, rows: readonly string[]): Promise<void> {
  const parameters = [`[${rows.join(',')}]`];
  await client.query(retired, parameters);
  await client.query(signing, parameters);
  const lost = (await client.query<{ fingerprint: string }>(left, parameters)).rows.map(
    (row) => row.fingerprint,
  );
  if (lost.length === 0) return;
  throw new CodedError<StorageErrorCode>(
    'restore_loses_authority',
    `Since this backup was made the bundle key ${lost.join(', ')}, which hosts believe by now, took the place of the backup's, and is sealed ` +
      'under another key-encryption secret: no host would follow. Use a backup that was made since the secret was changed, ' +
      'or restore into an empty database: the backup trusts what was revoked since.',
    { bundleKeys: lost },
  );
}
