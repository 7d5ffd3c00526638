import { CodedError } from '@writ/kernel';
import type { ClientBase } from 'pg';
import type { StorageErrorCode } from './errors.js';

/** What the keys of this database are sealed under, so far as it can be said without the secret. */
const sealedUnder = `(select md5(kdf::text || encode("check", 'hex')) from installation)`;

type SealedTable = 'authorities' | 'bundle_keys';

/** The rows of a table that hold keys, and what these are sealed under. */
export const readSealed = (table: SealedTable): string => `
  select (to_jsonb(k) || jsonb_build_object('sealed_under', ${sealedUnder}))::text as row from ${table} k`;

/** `given` are those that were read, of organizations that are in the backup; what `opens` is sealed as the backup's keys are. */
export const givenSealed = (table: SealedTable): string => `
  given as (
    select k.*, one.row ->> 'sealed_under' = ${sealedUnder} as opens
    from json_array_elements($1::json) one (row), json_populate_record(null::${table}, one.row) k
    where exists (select from organizations o where o.id = k.organization_id)
  )`;

/** Each authority of the database that is to be replaced that signs or has signed. */
export const readAuthorities = `${readSealed('authorities')} where k.state <> 'next'`;

const given = givenSealed('authorities');

/** None of its organization and kind signs. */
const vacant = `not exists (select from authorities active
  where active.organization_id = a.organization_id and active.kind = a.kind and active.state = 'active')`;

/** Past the serials of the others of its organization and kind: 'user:17' names one certificate. 0: it has none left. */
const pastOthers = `case a.next_serial when 0 then 0 else greatest(a.next_serial, (select max(other.next_serial) from authorities other
  where other.organization_id = a.organization_id and other.kind = a.kind)) end`;

const steps = [
  `with ${given}
   update authorities a set state = 'revoked', believed_until = 0 from given
   where a.id = given.id and given.state = 'revoked' and a.state <> 'revoked'`,
  // Made since the backup: what was revoked of them goes on naming them, and what they have signed ends by itself. They sign no more: a
  // key that nobody can open stays behind.
  `with ${given}, made as (
   insert into authorities (id, organization_id, kind, state, key_type, public_key, fingerprint, sealed_key, max_validity_seconds,
     next_serial, created_at, believed_until)
   select id, organization_id, kind, case state when 'revoked' then 'revoked' else 'retired' end, key_type, public_key, fingerprint,
     case when opens then sealed_key else '' end, max_validity_seconds, next_serial, created_at, case state
       when 'active' then floor(extract(epoch from now()))::bigint + max_validity_seconds
       else coalesce(believed_until, 0) end
   from given on conflict do nothing returning id, organization_id)
   insert into epochs (id, organization_id, kind) select id, organization_id, 'authority' from made on conflict do nothing`,
  // Where the one that signed was revoked: what signed in its place by then takes it, or what waited when the backup was made.
  `with ${given}
   update authorities a set state = 'active', believed_until = null from given
   where a.id = given.id and given.state = 'active' and (given.opens or a.state = 'next') and ${vacant}`,
  `with ${given}
   update authorities a set state = 'active' where a.state = 'next' and ${vacant}
     and exists (select from given where given.organization_id = a.organization_id and given.kind = a.kind)
     and not exists (select from given where given.id = a.id)`,
  `with ${given}
   update authorities a set next_serial = ${pastOthers} where a.state = 'active'
     and exists (select from given where given.organization_id = a.organization_id and given.kind = a.kind)`,
] as const;

/**
 * Takes from the restored authorities what the replaced database had taken from them: one that was revoked since signs no more, and what
 * signed in its place does. Those that were made since are there again, retired.
 * @param rows as `readAuthorities` said them
 * Ends in `restore_loses_authority` where nothing could sign: the key that took the place is sealed under another secret than the
 * backup's. Rejects as `pg` does.
 */
export async function carryAuthorities(client: ClientBase, rows: readonly string[]): Promise<void> {
  for (const step of steps) await client.query(step, [`[${rows.join(',')}]`]);
  const left = await client.query<{ fingerprint: string }>(
    `select a.fingerprint from authorities a where a.state = 'revoked' and ${vacant} order by a.fingerprint`,
  );
  if (left.rows.length === 0) return;
  const revoked = left.rows.map(({ fingerprint }) => fingerprint);
  throw new CodedError<StorageErrorCode>(
    'restore_loses_authority',
    `Since this backup was made the CA ${revoked.join(', ')} was revoked, and the key that took its place is sealed under another ` +
      'key-encryption secret than the backup: nothing would sign. Use a backup that was made since the secret was changed, ' +
      'or restore into an empty database: the backup trusts what was revoked since.',
    { authorities: revoked },
  );
}
