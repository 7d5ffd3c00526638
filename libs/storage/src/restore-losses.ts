import type { ClientBase } from 'pg';
import { carryAuthorities, readAuthorities } from './restore-authorities.js';
import { carryBundleKeys, readBundleKeys } from './restore-bundle-keys.js';
import type { LostKrls } from './restore-numbers.js';

/** What must outlive the database that a backup replaces: rows as JSON texts, by table. */
export type Losses = ReadonlyMap<string, readonly string[]>;

/**
 * Read before anything is dropped. Every revocation; every key's owner; who was shut out; which recovery codes are good. What somebody gained since
 * the backup (roles, accounts) is not among it.
 */
const reads: Readonly<Record<string, string>> = {
  authorities: readAuthorities,
  bundle_keys: readBundleKeys,
  // No KRL of the backup is known to say them.
  revocations: `select (to_jsonb(t) || jsonb_build_object('krl_after', 9223372036854775807))::text as row from revocations t`,
  revocation_acts: 'select row_to_json(t)::text as row from revocation_acts t',
  cuts: 'select row_to_json(t)::text as row from cuts t',
  key_claims: 'select row_to_json(t)::text as row from key_claims t',
  // As JSON: a database of an earlier version has no such column.
  users: `select json_build_object('id', t.id, 'disabled_at', t.disabled_at, 'deleted_at', to_jsonb(t) ->> 'deleted_at')::text as row
    from users t where t.state = 'disabled'`,
  organizations: `select row_to_json(t)::text as row from (select id from organizations where state = 'closed') t`,
  // As JSON: a database of an earlier version has no such column.
  hosts: `select json_build_object('id', t.id, 'removed_at', to_jsonb(t) ->> 'removed_at')::text as row from hosts t
    where to_jsonb(t) ->> 'removed_at' is not null`,
  delegations: `select json_build_object('id', t.id, 'ended_by', t.ended_by, 'ended_at', t.ended_at)::text as row
    from delegations t where t.state = 'ended'`,
  recovery_codes: `select json_build_object('user_id', u.id, 'codes', (select coalesce(json_agg(encode(c.code_hash, 'hex')), '[]')
    from recovery_codes c where c.user_id = u.id and c.used_at is null))::text as row from users u`,
  epochs: `select row_to_json(t)::text as row from (select id, epoch from epochs) t`,
};

/** What a database of an earlier version may not have. */
const laterTables: ReadonlySet<string> = new Set([
  'revocation_acts',
  'cuts',
  'delegations',
  'recovery_codes',
]);

/** Written when everything of the backup stands; `given` are the rows that were read. */
const writes: Readonly<Record<string, string>> = {
  revocations: `
    insert into revocations select given.* from json_populate_recordset(null::revocations, $1::json) given
    where exists (select from organizations o where o.id = given.organization_id)
    on conflict (id) do nothing`,
  revocation_acts: `
    insert into revocation_acts select given.* from json_populate_recordset(null::revocation_acts, $1::json) given
    where exists (select from organizations o where o.id = given.organization_id)
    on conflict (id) do nothing`,
  cuts: `
    insert into cuts select given.* from json_populate_recordset(null::cuts, $1::json) given
    where exists (select from organizations o where o.id = given.organization_id)
    on conflict (id) do nothing`,
  // A database of an earlier version does not say which were proved. What another organization proved in the backup is its own.
  // A key of somebody who is not in the backup is free again, unless it was revoked: they have to come back.
  key_claims: `
    insert into key_claims select given.fingerprint, given.organization_id, given.kind, given.owner_id, given.public_key,
      given.key_type, given.comment, given.claimed_at, given.revoked_at, coalesce(given.proved, given.kind <> 'host')
    from json_populate_recordset(null::key_claims, $1::json) given
    where not (coalesce(given.proved, given.kind <> 'host') and exists (
        select from key_claims k
        where k.fingerprint = given.fingerprint and k.proved and k.organization_id <> given.organization_id))
      and exists (select from organizations o where o.id = given.organization_id)
      and (given.kind = 'authority' or given.revoked_at is not null
        or exists (select from users u where u.id = given.owner_id)
        or exists (select from host_names h where h.id = given.owner_id))
    on conflict (fingerprint, organization_id) do update set proved = key_claims.proved or excluded.proved,
      revoked_at = coalesce(key_claims.revoked_at, excluded.revoked_at)`,
  // A key that nobody has used yet would open it again; one that was used is revoked.
  users: `
    with closed as (
      update users set state = 'disabled', disabled_at = coalesce(users.disabled_at, given.disabled_at, now()),
        deleted_at = coalesce(users.deleted_at, given.deleted_at)
      from json_populate_recordset(null::users, $1::json) given
      where users.id = given.id and (users.state <> 'disabled' or users.deleted_at is distinct from given.deleted_at)
      returning users.id
    )
    update service_account_keys set removed_at = now() from closed
    where service_account_keys.user_id = closed.id and service_account_keys.removed_at is null`,
  organizations: `
    update organizations set state = 'closed'
    from json_populate_recordset(null::organizations, $1::json) given where organizations.id = given.id`,
  // With its keys and its name, as when it was removed.
  hosts: `
    with gone as (
      update hosts set removed_at = given.removed_at, bundle = null, bundle_list = ''
      from json_populate_recordset(null::hosts, $1::json) given
      where hosts.id = given.id and hosts.removed_at is null
      returning hosts.id, hosts.organization_id, hosts.name
    ), keys as (
      delete from host_keys using gone where host_keys.host_id = gone.id
    )
    update host_name_keys set replaced_at = now() from gone join host_names n using (organization_id, name)
    where host_name_keys.host_name_id = n.id and host_name_keys.replaced_at is null`,
  // Whoever had the role by it has it no more, below.
  delegations: `
    with over as (
      update delegations set state = 'ended', ended_by = given.ended_by, ended_at = given.ended_at
      from json_populate_recordset(null::delegations, $1::json) given
      where delegations.id = given.id and delegations.state <> 'ended'
      returning delegations.id
    )
    delete from delegates using over where delegates.delegation_id = over.id`,
  // Used since, or replaced by others.
  recovery_codes: `
    update recovery_codes set used_at = now() from json_to_recordset($1::json) as given (user_id uuid, codes json)
    where recovery_codes.user_id = given.user_id and recovery_codes.used_at is null
      and encode(recovery_codes.code_hash, 'hex') not in (select json_array_elements_text(given.codes))`,
  epochs: `
    update epochs set epoch = greatest(epochs.epoch, given.epoch)
    from json_populate_recordset(null::epochs, $1::json) given where epochs.id = given.id`,
};

/**
 * Reads what the database has taken away from somebody, in the transaction that will drop it; null where the old
 * tables cannot be read. Rejects as `pg` does when the connection is lost.
 */
export async function readLosses(client: ClientBase): Promise<Losses | null> {
  await client.query('savepoint losses');
  try {
    const losses = new Map<string, readonly string[]>();
    for (const [table, read] of Object.entries(reads)) {
      if (laterTables.has(table) && !(await isThere(client, table))) continue;
      const { rows } = await client.query<{ row: string }>(read);
      losses.set(
        table,
        rows.map(({ row }) => row),
      );
    }
    return losses;
  } catch {
    await client.query('rollback to savepoint losses');
    return null;
  }
}

async function isThere(client: ClientBase, table: string): Promise<boolean> {
  const { rows } = await client.query<{ there: boolean }>('select to_regclass($1) is not null as there', [
    table,
  ]);
  return rows[0]?.there === true;
}

/** Takes it away in the restored database too. Ends in `restore_loses_authority`; rejects as `pg` does. */
export async function carryLosses(client: ClientBase, losses: Losses): Promise<void> {
  await carryAuthorities(client, losses.get('authorities') ?? []);
  await carryBundleKeys(client, losses.get('bundle_keys') ?? []);
  for (const [table, write] of Object.entries(writes)) {
    const rows = losses.get(table) ?? [];
    for (let first = 0; first < rows.length; first += page) {
      await client.query(write, [`[${rows.slice(first, first + page).join(',')}]`]);
    }
  }
  await client.query(loseDelegated);
}

/** Takes people from outside out of the roles that no delegation gives them. */
const loseDelegated = `
  with recursive given (role_id, home_id, kind, id) as (
    select role_id, home_id, delegate_kind, delegate_id from delegations where state = 'accepted'
  ),
  reached (role_id, home_id, group_id) as (
    select role_id, home_id, id from given where kind = 'group'
    union
    select role_id, home_id, member_id from reached join group_groups using (group_id) where organization_id = home_id
  ),
  held (role_id, user_id) as (
    select role_id, id from given where kind = 'user'
    union
    select role_id, user_id from reached join group_users using (group_id) where organization_id = home_id
  )
  delete from role_holders old where delegated
    and not exists (select from held where held.role_id = old.role_id and held.user_id = old.user_id)`;

/** The organizations (ids, of those that are open) that have an owner who can act. Rejects as `pg` does. */
export async function organizationsWithOwner(client: ClientBase): Promise<ReadonlySet<string>> {
  // As JSON: a database of an earlier version has no such column.
  const { rows } = await client.query<{ id: string }>(
    `select distinct organization_id as id from users join organizations o on o.id = organization_id and o.state = 'active'
     where users.state in ('active', 'locked') and to_jsonb(users) ->> 'administrative_role' = 'owner'`,
  );
  return new Set(rows.map(({ id }) => id));
}

/** Locks the accounts whose locks came later than the backup, or are of the time of the backup and go on. Rejects as `pg` does. */
export async function lockAgain(client: ClientBase): Promise<void> {
  await client.query(`
    update users set state = 'locked' from revocation_acts act
    where act.locked_user_id = users.id and act.organization_id = users.organization_id and act.unlocked_at is null
      and users.state in ('invited', 'active')`);
}

/**
 * Raises every epoch beyond what it was before, also where nobody can read that any more: to the microseconds since
 * 1970, which no counter of real changes overtakes. What some process remembers under an old epoch is then never
 * taken for what is true under a new one. Rejects as `pg` does.
 */
export async function raiseAllEpochs(client: ClientBase): Promise<void> {
  await client.query(
    'update epochs set epoch = greatest(epoch, (extract(epoch from clock_timestamp()) * 1000000)::bigint) + 1',
  );
}

/** Rows written at a time. */
const page = 1000;

/**
 * Revokes every serial below the authorities' next ones that no restored certificate has: they may have been given out
 * since the backup, and nobody can look at those certificates any more. For ever, as nobody knows how long they live.
 * Rejects as `pg` does.
 */
export async function revokeUnknownSerials(client: ClientBase): Promise<void> {
  await client.query(`
    insert into revocations (id, organization_id, kind, authority_id, serial_from, serial_to, reason, cause)
    select gen_random_uuid(), organization_id, 'serial', id, before + 1, after - 1,
      'Given out, if at all, after the day of the database that was put back.', 'certificate'
    from (
      select a.id, a.organization_id, known.serial as after,
        lag(known.serial, 1, 0::numeric) over (partition by a.id order by known.serial) as before
      from (
        select id, organization_id, case next_serial when 0 then 9223372036854775808::numeric else next_serial end as next
        from authorities
      ) a
      cross join lateral (
        select c.serial::numeric as serial from certificates c where c.authority_id = a.id and c.serial < a.next
        union all select a.next
      ) known
    ) gaps
    where after > before + 1`);
}

/** Whoever signed out, was invited, joined a host or proved a key since must not be able to do it again with an old token. Rejects as `pg` does. */
export async function endWhatWouldLiveAgain(client: ClientBase): Promise<void> {
  await client.query(`
    update sessions set ended_at = now(), ended_reason = 'restore' where ended_at is null;
    update invitations set expires_at = least(expires_at, now()) where used_at is null;
    update join_tokens set expires_at = least(expires_at, now());
    delete from proof_challenges`);
}

/**
 * Says so in every organization's events; where KRLs were published that are lost, which, and where the owner is, and what is to be done
 * about them.
 * @param what of what day the database is: 'backup', 'in place', 'older database'
 * @param ownerless organizations (ids) that had an owner and have none now
 * Rejects as `pg` does.
 */
export async function tellRestored(
  client: ClientBase,
  what: string,
  lost: ReadonlyMap<string, LostKrls> = new Map(),
  ownerless: readonly string[] = [],
): Promise<void> {
  const data = [...new Set([...lost.keys(), ...ownerless])].map((id) => {
    const krls = lost.get(id);
    const toDo = [
      ...(krls === undefined
        ? []
        : ['Keys and accounts that these KRLs revoked are trusted again: revoke them again.']),
      ...(ownerless.includes(id) ? ['It has no owner any more: invite one again.'] : []),
    ].join(' ');
    const lostKrls = krls === undefined ? {} : { first: krls.first.toString(), last: krls.last.toString() };
    return {
      id,
      data: {
        ...(krls === undefined ? {} : { lostKrls }),
        ...(ownerless.includes(id) ? { ownerLost: true } : {}),
        toDo,
      },
    };
  });
  await client.query(
    `insert into events (organization_id, kind, subject, data)
     select o.id, 'installation.restored', $1, coalesce(lost.data, '{}') from organizations o
     left join json_to_recordset($2::json) lost (id uuid, data jsonb) on lost.id = o.id`,
    [what, JSON.stringify(data)],
  );
}
