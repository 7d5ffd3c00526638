import type { CertificateRecord } from '@writ/issuance';

/**
 * One statement records a batch. It locks every epoch row that the batch rests on, in the order of their ids, so that
 * whoever changes one waits for this commit and whoever changed one is seen; then it inserts what still holds.
 * - $1 json: the batch, as `batchParameters` makes it
 * - $2 json: what each element saw
 * - $3 uuid[]: the ids of all epochs seen
 * It returns one row for each element that no longer holds: its position and the ids that changed. It reads the CTEs
 * and not the tables, which the recorder's role may not read.
 */
export const recordStatement = `
with item as materialized (
  select * from json_to_recordset($1::json) as t (
    n int, organization uuid, authority uuid, serial bigint, type text, key_id text, principals text[],
    valid_after bigint, valid_before bigint, fingerprint text, user_id uuid, role uuid, session uuid,
    certificate text, issued_ms bigint, actor text, request text, idempotency text, digest text
  )
), seen as materialized (
  select * from json_to_recordset($2::json) as t (n int, id uuid, epoch bigint)
), held as materialized (
  select id, epoch from epochs where id = any ($3::uuid[]) order by id for share
), stale as materialized (
  select seen.n, array_agg(seen.id::text order by seen.id) as changed
  from seen left join held on held.id = seen.id and held.epoch = seen.epoch
  where held.id is null group by seen.n
), fresh as materialized (
  select * from item where not exists (select from stale where stale.n = item.n)
), certificate as (
  insert into certificates (
    organization_id, authority_id, serial, certificate_type, key_id, principals, valid_after, valid_before,
    public_key_fingerprint, user_id, role_id, session_id, certificate, issued_at
  )
  select organization, authority, serial, type, key_id, principals, valid_after, valid_before,
    fingerprint, user_id, role, session, decode(certificate, 'base64'), to_timestamp(issued_ms / 1000.0)
  from fresh
), event as (
  insert into events (organization_id, at, kind, actor_id, actor_name, subject, data, request_id)
  select organization, to_timestamp(issued_ms / 1000.0), 'certificate.issued', user_id, actor, type || ':' || serial,
    jsonb_build_object(
      'authorityId', authority, 'keyId', key_id, 'principals', principals, 'validAfter', valid_after::text,
      'validBefore', valid_before::text, 'publicKeyFingerprint', fingerprint, 'roleId', role, 'sessionId', session
    ), request
  from fresh order by n
), answer as (
  insert into idempotency (organization_id, user_id, key, request_digest, authority_id, serial)
  select organization, user_id, idempotency, decode(digest, 'base64'), authority, serial
  from fresh where idempotency is not null
)
select n, changed from stale`;

/** What `recordStatement` returns for an element that no longer holds. */
export interface StaleRow {
  readonly n: number;
  readonly changed: string[];
}

/** The parameters of `recordStatement` for a batch; element i has position i. */
export function batchParameters(batch: readonly CertificateRecord[]): [string, string, string[]] {
  const seen = batch.flatMap((record, n) =>
    record.seen.map(({ id, epoch }) => ({ n, id, epoch: epoch.toString() })),
  );
  const ids = new Set(seen.map(({ id }) => id));
  return [JSON.stringify(batch.map(element)), JSON.stringify(seen), [...ids]];
}

function element(record: CertificateRecord, n: number): object {
  return {
    n,
    organization: record.organizationId,
    authority: record.authorityId,
    serial: record.serial.toString(),
    type: record.certificateType,
    key_id: record.keyId,
    principals: record.validPrincipals,
    valid_after: record.validAfter.toString(),
    valid_before: record.validBefore.toString(),
    fingerprint: record.publicKeyFingerprint,
    user_id: record.userId,
    role: record.roleId,
    session: record.sessionId,
    certificate: base64(record.certificate),
    issued_ms: record.issuedAt,
    actor: record.actorName,
    request: record.requestId,
    idempotency: record.idempotency?.key ?? null,
    digest: record.idempotency === null ? null : base64(record.idempotency.requestDigest),
  };
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}
