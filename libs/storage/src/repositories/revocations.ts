import { Prisma } from '../generated/client.js';
import { every, type Transaction } from './transaction.js';

/** What was asked for when something was revoked. */
export type RevocationCause =
  'certificate' | 'key' | 'user' | 'role' | 'host' | 'group' | 'authority' | 'lock' | 'session';

export interface RevocationGround {
  readonly organizationId: string;
  readonly reason: string;
  readonly cause: RevocationCause;
  /** What was meant, as a person would name it: 'ana', 'user:5..9', 'web-1.acme.example'. */
  readonly subject: string;
  readonly createdById: string | null;
  /** Whether sessions that rest on it are to be ended; left out: no. */
  readonly cut?: boolean;
  /** When it ends by itself; left out: never, as with everything but a lock. */
  readonly until?: Date;
}

export interface RevokedSerial {
  readonly authorityId: string;
  readonly serial: bigint;
  /** When the KRL may forget it: after the certificate has expired. Null: never, as nobody knows when that is. */
  readonly keepUntil: Date | null;
}

export interface RevokedKey {
  readonly fingerprint: string;
  /** Null: nobody here has seen it. */
  readonly publicKey: Uint8Array | null;
}

/** Serials of one authority: the first and the last of each range, uint64s in big-endian order, the ranges in none. */
export interface RevokedRanges {
  readonly authorityId: string;
  readonly ranges: Uint8Array;
}

/** Something that a KRL says. */
export interface KrlEntries {
  readonly serials: readonly RevokedRanges[];
  /** Fingerprints of keys: 'SHA256:…'. */
  readonly keys: readonly string[];
}

/** What has changed since a KRL was made. */
export interface KrlEntriesSince {
  /** What it may lack. */
  readonly added: KrlEntries;
  /** What it may say and nothing says any more, but for what is also added. */
  readonly expired: KrlEntries;
}

/** A certificate that was revoked just now. */
export interface NewlyRevoked {
  readonly authorityId: string;
  readonly serial: bigint;
  /** The key that it certifies is revoked for good, or as long by the same act, which ends it, too: no KRL names its serial. */
  readonly byKey: boolean;
}

/** What a lock has named is trusted again when the lock ends, unless it is revoked besides. */
const forGood = Prisma.sql`cause <> 'lock'`;

/**
 * Writes revocations of certificates, leaving out those that were revoked before; returns the new ones. For a transaction
 * that holds `lockTrust`: no other KRL may be made meanwhile. Keys that are revoked with them come first: sshd reads the whole KRL at every
 * login, and one entry for a key does what one for each of its certificates would.
 */
export async function revokeSerials(
  tx: Transaction,
  ground: RevocationGround,
  actId: string,
  serials: readonly RevokedSerial[],
): Promise<NewlyRevoked[]> {
  if (serials.length === 0) return [];
  // Single serials, of which there may be very many, are found by the index; ranges, of which there are few, are read once.
  return tx.$queryRaw`
    with ranges as materialized (
      select authority_id, serial_from, serial_to from revocations
      where organization_id = ${ground.organizationId}::uuid and kind = 'serial' and serial_to > serial_from
        and ${forGood})
    insert into revocations (id, organization_id, kind, authority_id, serial_from, serial_to, reason, cause,
      created_by_id, keep_until, act_id, krl_after, by_key)
    select gen_random_uuid(), ${ground.organizationId}::uuid, 'serial', new.authority, new.serial, new.serial,
      ${ground.reason}, ${ground.cause}, ${ground.createdById}::uuid, new.keep_until, ${actId}::uuid,
      ${newestKrl(ground.organizationId)},
      exists (select from certificates c join revocations certified on certified.organization_id = c.organization_id
        and certified.kind = 'key' and certified.fingerprint = c.public_key_fingerprint
        and (certified.keep_until is null or certified.act_id = ${actId}::uuid)
        where c.authority_id = new.authority and c.serial = new.serial)
    from unnest(${serials.map((s) => s.authorityId)}::uuid[], ${serials.map((s) => s.serial)}::bigint[],
      ${serials.map((s) => s.keepUntil)}::timestamptz[]) as new (authority, serial, keep_until)
    where not exists (
      select from revocations old where old.organization_id = ${ground.organizationId}::uuid
        and old.authority_id = new.authority and old.serial_from = new.serial and ${forGood})
    and not exists (
      select from ranges old
      where old.authority_id = new.authority and new.serial between old.serial_from and old.serial_to)
    returning authority_id as "authorityId", serial_from as serial, by_key as "byKey"`;
}

/** Likewise of keys, for ever or as long as the ground says; returns how many are new. */
export async function revokeKeys(
  tx: Transaction,
  ground: RevocationGround,
  actId: string,
  keys: readonly RevokedKey[],
): Promise<number> {
  if (keys.length === 0) return 0;
  return tx.$executeRaw`
    insert into revocations (id, organization_id, kind, fingerprint, public_key, reason, cause, created_by_id,
      keep_until, act_id, krl_after)
    select gen_random_uuid(), ${ground.organizationId}::uuid, 'key', new.fingerprint, new.public_key,
      ${ground.reason}, ${ground.cause}, ${ground.createdById}::uuid, ${ground.until ?? null}::timestamptz, ${actId}::uuid,
      ${newestKrl(ground.organizationId)}
    from unnest(${keys.map((k) => k.fingerprint)}::text[], ${keys.map((k) => k.publicKey)}::bytea[])
      as new (fingerprint, public_key)
    where not exists (
      select from revocations old where old.organization_id = ${ground.organizationId}::uuid
        and old.kind = 'key' and old.fingerprint = new.fingerprint and ${forGood})`;
}

/** Whether this key was revoked for good in this organization, whoever owned it. */
export async function keyIsRevoked(
  tx: Transaction,
  organizationId: string,
  fingerprint: string,
): Promise<boolean> {
  const where = { organizationId, kind: 'key', fingerprint, cause: { not: 'lock' } };
  return (await tx.revocation.count({ where })) > 0;
}

/** All that is revoked and that may not be forgotten at `now`. */
export async function liveRevocations(
  tx: Transaction,
  organizationId: string,
  now: Date,
): Promise<KrlEntries> {
  const live = every([of(organizationId), liveAt(now)]);
  return { serials: await rangesOf(tx, live), keys: await keysOf(tx, live) };
}

/**
 * What a KRL lacks at `now`, and what it says too much, without a look at everything else that is revoked: it is the
 * organization's newest, of this version, and says what was to be said at `made`.
 */
export async function revocationsSince(
  tx: Transaction,
  organizationId: string,
  krl: { readonly version: bigint; readonly made: Date },
  now: Date,
): Promise<KrlEntriesSince> {
  // Of the same moment, too: what was ended in the moment in which the KRL was made.
  const gone = Prisma.sql`keep_until >= ${krl.made}::timestamptz and keep_until <= ${now}::timestamptz`;
  const since = every([of(organizationId), liveAt(now), Prisma.sql`krl_after >= ${krl.version}`]);
  const expired = {
    serials: await rangesOf(tx, every([of(organizationId), gone])),
    keys: await keysOf(tx, every([of(organizationId), gone])),
  };
  const added = { serials: await rangesOf(tx, since), keys: await keysOf(tx, since) };
  if (expired.serials.length + expired.keys.length === 0) return { added, expired };
  // Something else may say it, too: a range, the same once more, or what lies within a range that has expired.
  const goneHere = every([of(organizationId), gone]);
  const others = [
    Prisma.sql`serial_to > serial_from`,
    Prisma.sql`(authority_id, serial_from) in (
      select authority_id, serial_from from revocations where kind = 'serial' and ${goneHere})`,
    Prisma.sql`id in (
      select within.id from (
        select authority_id, serial_from, serial_to from revocations where serial_to > serial_from and ${goneHere}) wide
      join revocations within on within.authority_id = wide.authority_id
        and within.serial_from between wide.serial_from and wide.serial_to)`,
  ];
  const again = Prisma.sql`fingerprint in (select fingerprint from revocations where kind = 'key' and ${goneHere})`;
  const serials: RevokedRanges[] = [...added.serials];
  for (const other of others)
    serials.push(...(await rangesOf(tx, every([of(organizationId), liveAt(now), other]))));
  const keys = await keysOf(tx, every([of(organizationId), liveAt(now), again]));
  return { added: { serials, keys: [...added.keys, ...keys] }, expired };
}

/** Whether something that a KRL of `made` says may be forgotten at `now`. */
export async function someExpired(
  tx: Transaction,
  organizationId: string,
  made: Date,
  now: Date,
): Promise<boolean> {
  const rows = await tx.$queryRaw<unknown[]>`
    select from revocations where ${of(organizationId)} and not by_key
      and keep_until > ${made}::timestamptz and keep_until <= ${now}::timestamptz limit 1`;
  return rows.length > 0;
}

function of(organizationId: string): Prisma.Sql {
  return Prisma.sql`organization_id = ${organizationId}::uuid`;
}

function liveAt(now: Date): Prisma.Sql {
  return Prisma.sql`(keep_until is null or keep_until > ${now}::timestamptz)`;
}

/** The version of the newest KRL, 0 where there is none. */
function newestKrl(organizationId: string): Prisma.Sql {
  return Prisma.sql`(select coalesce(max(version), 0) from krls where ${of(organizationId)})`;
}

/** As bytes: a million rows take seconds to become objects. */
function rangesOf(tx: Transaction, condition: Prisma.Sql): Promise<readonly RevokedRanges[]> {
  return tx.$queryRaw<RevokedRanges[]>`
    select authority_id as "authorityId", string_agg(int8send(serial_from) || int8send(serial_to), ''::bytea) as ranges
    from revocations where kind = 'serial' and not by_key and ${condition} group by authority_id`;
}

async function keysOf(tx: Transaction, condition: Prisma.Sql): Promise<readonly string[]> {
  const rows = await tx.$queryRaw<{ fingerprint: string }[]>`
    select fingerprint from revocations where kind = 'key' and ${condition}`;
  return rows.map(({ fingerprint }) => fingerprint);
}
