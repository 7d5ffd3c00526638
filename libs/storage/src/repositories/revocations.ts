import { Prisma } from '../generated/client.js';
import type { Transaction } from './transaction.js';

/** What was asked for when something was revoked. */
export type RevocationCause = 'certificate' | 'key' | 'user' | 'role' | 'host';

export interface RevocationGround {
  readonly organizationId: string;
  readonly reason: string;
  readonly cause: RevocationCause;
  /** What was meant, as a person would name it: 'ana', 'user:5..9', 'web-1.acme.example'. */
  readonly subject: string;
  readonly createdById: string | null;
}

export interface RevokedSerial {
  readonly authorityId: string;
  readonly serial: bigint;
  /** When the KRL may forget it: after the certificate has expired. Null: never, as nobody knows when that is. */
  readonly keepUntil: Date | null;
}

export interface RevokedKey {
  readonly fingerprint: string;
  readonly publicKey: Uint8Array;
}

/** Everything that a KRL has to say now. */
export interface LiveRevocations {
  readonly serials: readonly { readonly authorityId: string; readonly from: bigint; readonly to: bigint }[];
  readonly keys: readonly RevokedKey[];
}

/** Writes revocations of certificates, leaving out those that were revoked before; returns the new ones. */
export async function revokeSerials(
  tx: Transaction,
  ground: RevocationGround,
  actId: string,
  serials: readonly RevokedSerial[],
): Promise<{ readonly authorityId: string; readonly serial: bigint }[]> {
  if (serials.length === 0) return [];
  // Single serials, of which there may be very many, are found by the index; ranges, of which there are few, are read once.
  return tx.$queryRaw`
    with ranges as materialized (
      select authority_id, serial_from, serial_to from revocations
      where organization_id = ${ground.organizationId}::uuid and kind = 'serial' and serial_to > serial_from)
    insert into revocations (id, organization_id, kind, authority_id, serial_from, serial_to, reason, cause,
      created_by_id, keep_until, act_id)
    select gen_random_uuid(), ${ground.organizationId}::uuid, 'serial', new.authority, new.serial, new.serial,
      ${ground.reason}, ${ground.cause}, ${ground.createdById}::uuid, new.keep_until, ${actId}::uuid
    from unnest(${serials.map((s) => s.authorityId)}::uuid[], ${serials.map((s) => s.serial)}::bigint[],
      ${serials.map((s) => s.keepUntil)}::timestamptz[]) as new (authority, serial, keep_until)
    where not exists (
      select from revocations old where old.organization_id = ${ground.organizationId}::uuid
        and old.authority_id = new.authority and old.serial_from = new.serial)
    and not exists (
      select from ranges old
      where old.authority_id = new.authority and new.serial between old.serial_from and old.serial_to)
    returning authority_id as "authorityId", serial_from as serial`;
}

/** Writes revocations of keys, for ever, leaving out those that were revoked before; returns how many are new. */
export async function revokeKeys(
  tx: Transaction,
  ground: RevocationGround,
  actId: string,
  keys: readonly RevokedKey[],
): Promise<number> {
  if (keys.length === 0) return 0;
  return tx.$executeRaw`
    insert into revocations (id, organization_id, kind, fingerprint, public_key, reason, cause, created_by_id,
      act_id)
    select gen_random_uuid(), ${ground.organizationId}::uuid, 'key', new.fingerprint, new.public_key,
      ${ground.reason}, ${ground.cause}, ${ground.createdById}::uuid, ${actId}::uuid
    from unnest(${keys.map((k) => k.fingerprint)}::text[], ${keys.map((k) => k.publicKey)}::bytea[])
      as new (fingerprint, public_key)
    where not exists (
      select from revocations old where old.organization_id = ${ground.organizationId}::uuid
        and old.kind = 'key' and old.fingerprint = new.fingerprint)`;
}

/** Whether this key was revoked in this organization, whoever owned it. */
export async function keyIsRevoked(
  tx: Transaction,
  organizationId: string,
  fingerprint: string,
): Promise<boolean> {
  return (await tx.revocation.count({ where: { organizationId, kind: 'key', fingerprint } })) > 0;
}

/** All that is revoked and that may not be forgotten at `now`. */
export async function liveRevocations(
  tx: Transaction,
  organizationId: string,
  now: Date,
): Promise<LiveRevocations> {
  const live = Prisma.sql`organization_id = ${organizationId}::uuid and (keep_until is null or keep_until > ${now}::timestamptz)`;
  const serials = await tx.$queryRaw<LiveRevocations['serials']>`
    select authority_id as "authorityId", serial_from as "from", serial_to as "to"
    from revocations where kind = 'serial' and ${live} order by authority_id, serial_from`;
  const keys = await tx.$queryRaw<LiveRevocations['keys']>`
    select fingerprint, public_key as "publicKey"
    from revocations where kind = 'key' and ${live} order by fingerprint collate "C"`;
  return { serials, keys };
}
