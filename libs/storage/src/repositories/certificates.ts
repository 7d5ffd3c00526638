import { Prisma } from '../generated/client.js';
import type { Holding } from './role-holders.js';
import { revocationHolds } from './revocation-holds.js';
import { every, type Transaction } from './transaction.js';

/** One issued certificate as lists show it. */
export interface CertificateRow {
  readonly authorityId: string;
  readonly authorityFingerprint: string;
  readonly serial: bigint;
  readonly certificateType: 'user' | 'host';
  readonly keyId: string;
  readonly principals: readonly string[];
  /** Seconds since 1970. */
  readonly validAfter: bigint;
  readonly validBefore: bigint;
  readonly publicKeyFingerprint: string;
  readonly userName: string;
  readonly roleName: string | null;
  readonly issuedAt: Date;
  /** By serial, by key, or with the authority that signed it. */
  readonly revoked: boolean;
}

/** What a revocation needs to know of a certificate. */
export interface CertificateRef {
  readonly authorityId: string;
  readonly serial: bigint;
  readonly validBefore: bigint;
}

export interface CertificateQuery {
  readonly organizationId: string;
  readonly userId?: string | undefined;
  readonly userName?: string | undefined;
  readonly type?: 'user' | 'host' | undefined;
  /** True: valid at `now` and not revoked; false: the others. */
  readonly active?: boolean | undefined;
  /** Seconds since 1970. */
  readonly now: bigint;
  /** Certificates older than this one. */
  readonly after: { readonly issuedAt: Date; readonly authorityId: string; readonly serial: bigint } | null;
  readonly limit: number;
}

const revoked = Prisma.sql`(
  exists (select from revocations r where r.authority_id = c.authority_id and r.serial_from <= c.serial
    and r.serial_to >= c.serial and r.organization_id = c.organization_id and ${revocationHolds})
  or exists (select from revocations r where r.kind = 'key' and r.fingerprint = c.public_key_fingerprint
    and r.organization_id = c.organization_id and ${revocationHolds})
  or exists (select from authorities signer where signer.id = c.authority_id and signer.state = 'revoked'))`;

const columns = Prisma.sql`c.authority_id as "authorityId", a.fingerprint as "authorityFingerprint", c.serial,
  c.certificate_type as "certificateType", c.key_id as "keyId", c.principals, c.valid_after as "validAfter",
  c.valid_before as "validBefore", c.public_key_fingerprint as "publicKeyFingerprint", coalesce(u.name, h.name, o.name) as "userName",
  roles.name as "roleName", c.issued_at as "issuedAt", ${revoked} as revoked`;

const joined = Prisma.sql`certificates c join authorities a on a.id = c.authority_id
  left join users u on u.id = c.user_id left join hosts h on h.id = c.user_id left join roles on roles.id = c.role_id
  left join outsiders o on o.user_id = c.user_id and o.organization_id = c.organization_id`;

/** Certificates, newest first. */
export function listCertificates(tx: Transaction, query: CertificateQuery): Promise<CertificateRow[]> {
  const { after } = query;
  const conditions = [Prisma.sql`c.organization_id = ${query.organizationId}::uuid`];
  if (query.userId !== undefined) conditions.push(Prisma.sql`c.user_id = ${query.userId}::uuid`);
  if (query.userName !== undefined) conditions.push(Prisma.sql`coalesce(u.name, o.name) = ${query.userName}`);
  if (query.type !== undefined) conditions.push(Prisma.sql`c.certificate_type = ${query.type}`);
  if (query.active !== undefined) {
    const active = Prisma.sql`(c.valid_before > ${query.now}::bigint and not ${revoked})`;
    conditions.push(query.active ? active : Prisma.sql`not ${active}`);
  }
  if (after !== null)
    conditions.push(
      Prisma.sql`(c.issued_at, c.authority_id, c.serial) < (${after.issuedAt}::timestamptz, ${after.authorityId}::uuid, ${after.serial}::bigint)`,
    );
  return tx.$queryRaw<CertificateRow[]>`
    select ${columns} from ${joined} where ${every(conditions)}
    order by c.issued_at desc, c.authority_id desc, c.serial desc limit ${query.limit}`;
}

/** The certificates of that type and serial, with their bytes: one for each authority that gave the serial out. */
export function findCertificates(
  tx: Transaction,
  organizationId: string,
  type: 'user' | 'host',
  serial: bigint,
): Promise<(CertificateRow & { readonly userId: string; readonly certificate: Uint8Array })[]> {
  return tx.$queryRaw`
    select ${columns}, c.user_id as "userId", c.certificate from ${joined}
    where c.organization_id = ${organizationId}::uuid and c.certificate_type = ${type}
      and c.serial = ${serial}::bigint and a.kind = ${type}`;
}

/** Those of the serials that were issued as that type. */
export function findIssued(
  tx: Transaction,
  organizationId: string,
  type: 'user' | 'host',
  serials: readonly bigint[],
): Promise<CertificateRef[]> {
  return tx.$queryRaw<CertificateRef[]>`
    select c.authority_id as "authorityId", c.serial, c.valid_before as "validBefore"
    from certificates c join authorities a on a.id = c.authority_id
    where c.organization_id = ${organizationId}::uuid and a.kind = ${type}
      and c.serial = any(${[...serials]}::bigint[])`;
}

/**
 * Those of the serials that some authority of that kind may have given out, and that no certificate of it is recorded
 * with: once for each such authority.
 */
export function findUnrecorded(
  tx: Transaction,
  organizationId: string,
  type: 'user' | 'host',
  serials: readonly bigint[],
): Promise<Pick<CertificateRef, 'authorityId' | 'serial'>[]> {
  // next_serial 0: all of them were reserved.
  return tx.$queryRaw`
    select a.id as "authorityId", named.serial
    from authorities a cross join unnest(${[...serials]}::bigint[]) as named (serial)
    where a.organization_id = ${organizationId}::uuid and a.kind = ${type}
      and (a.next_serial = 0 or named.serial < a.next_serial)
      and not exists (select from certificates c where c.authority_id = a.id and c.serial = named.serial)`;
}

/**
 * A user's user certificates that expire after `since` (seconds since 1970): never the host certificates that they had
 * signed.
 */
export function unexpiredUserCertificates(
  tx: Transaction,
  organizationId: string,
  userId: string,
  since: bigint,
  fingerprint: string | null = null,
): Promise<CertificateRef[]> {
  return tx.$queryRaw<CertificateRef[]>`
    select authority_id as "authorityId", serial, valid_before as "validBefore" from certificates
    where organization_id = ${organizationId}::uuid and user_id = ${userId}::uuid and certificate_type = 'user'
      and valid_before > ${since}::bigint
      and (${fingerprint}::text is null or public_key_fingerprint = ${fingerprint}::text)`;
}

/** The same in many organizations (ids) at once, by organization; only those in which there are any, in the order of their ids. */
export async function unexpiredCertificatesAcross(
  tx: Transaction,
  organizationIds: readonly string[],
  userId: string,
  since: bigint,
  fingerprint: string | null,
): Promise<ReadonlyMap<string, readonly CertificateRef[]>> {
  const rows = await tx.$queryRaw<(CertificateRef & { readonly organizationId: string })[]>`
    select organization_id as "organizationId", authority_id as "authorityId", serial, valid_before as "validBefore"
    from certificates
    where organization_id = any(${[...organizationIds]}::uuid[]) and user_id = ${userId}::uuid and certificate_type = 'user'
      and valid_before > ${since}::bigint
      and (${fingerprint}::text is null or public_key_fingerprint = ${fingerprint}::text)
    order by organization_id`;
  const found = new Map<string, CertificateRef[]>();
  for (const { organizationId, ...certificate } of rows) {
    const others = found.get(organizationId);
    if (others === undefined) found.set(organizationId, [certificate]);
    else others.push(certificate);
  }
  return found;
}

/** The user certificates that were issued in sessions which a key opened, and expire after `since` (seconds since 1970). */
export function unexpiredCertificatesOfSignInKey(
  tx: Transaction,
  organizationId: string,
  { userId, keyFingerprint }: { readonly userId: string; readonly keyFingerprint: string },
  since: bigint,
): Promise<CertificateRef[]> {
  return tx.$queryRaw<CertificateRef[]>`
    select authority_id as "authorityId", serial, valid_before as "validBefore" from certificates
    where organization_id = ${organizationId}::uuid and user_id = ${userId}::uuid and certificate_type = 'user'
      and valid_before > ${since}::bigint
      and session_id in (select id from sessions
        where organization_id = ${organizationId}::uuid and user_id = ${userId}::uuid and key_fingerprint = ${keyFingerprint})`;
}

/** The user certificates that were issued because of one of the holdings and expire after `since` (seconds since 1970). */
export function unexpiredCertificatesOfHoldings(
  tx: Transaction,
  organizationId: string,
  holdings: readonly Holding[],
  since: bigint,
): Promise<CertificateRef[]> {
  return tx.$queryRaw<CertificateRef[]>`
    select authority_id as "authorityId", serial, valid_before as "validBefore"
    from certificates join unnest(${holdings.map(({ userId }) => userId)}::uuid[],
      ${holdings.map(({ roleId }) => roleId)}::uuid[]) as held (holder, role) on holder = user_id and role = role_id
    where organization_id = ${organizationId}::uuid and certificate_type = 'user' and valid_before > ${since}::bigint`;
}

/** The user certificates that were issued because of a role, whoever has them, and expire after `since` (seconds since 1970). */
export function unexpiredCertificatesOfRole(
  tx: Transaction,
  organizationId: string,
  roleId: string,
  since: bigint,
): Promise<CertificateRef[]> {
  return tx.$queryRaw<CertificateRef[]>`
    select authority_id as "authorityId", serial, valid_before as "validBefore" from certificates
    where organization_id = ${organizationId}::uuid and role_id = ${roleId}::uuid and certificate_type = 'user'
      and valid_before > ${since}::bigint`;
}

/** Every user certificate of the organization that expires after `since` (seconds since 1970). */
export function allUnexpiredUserCertificates(
  tx: Transaction,
  organizationId: string,
  since: bigint,
): Promise<CertificateRef[]> {
  return tx.$queryRaw<CertificateRef[]>`
    select authority_id as "authorityId", serial, valid_before as "validBefore" from certificates
    where organization_id = ${organizationId}::uuid and certificate_type = 'user' and valid_before > ${since}::bigint`;
}

/** Host certificates that carry `name` for one of the keys and expire after `since` (seconds since 1970). */
export function unexpiredHostCertificates(
  tx: Transaction,
  organizationId: string,
  name: string,
  fingerprints: readonly string[],
  since: bigint,
): Promise<CertificateRef[]> {
  return tx.$queryRaw<CertificateRef[]>`
    select authority_id as "authorityId", serial, valid_before as "validBefore"
    from certificates
    where organization_id = ${organizationId}::uuid and certificate_type = 'host' and valid_before > ${since}::bigint
      and public_key_fingerprint = any(${[...fingerprints]}::text[]) and ${name} = any(principals)`;
}

/**
 * How many certificates for a key are valid at `now` (seconds since 1970) and not revoked. `userId`: whose key it is, where it
 * is a person's; certificates for it are theirs alone.
 */
export async function countActiveCertificatesOfKey(
  tx: Transaction,
  organizationId: string,
  fingerprint: string,
  userId: string | null,
  now: bigint,
): Promise<number> {
  const conditions = [
    Prisma.sql`c.organization_id = ${organizationId}::uuid`,
    Prisma.sql`c.public_key_fingerprint = ${fingerprint}`,
    Prisma.sql`c.valid_before > ${now}::bigint`,
    Prisma.sql`not ${revoked}`,
  ];
  if (userId !== null) conditions.push(Prisma.sql`c.user_id = ${userId}::uuid`);
  const [row] = await tx.$queryRaw<{ count: bigint }[]>`
    select count(*) as count from certificates c where ${every(conditions)}`;
  return Number(row?.count ?? 0);
}

/** How many certificates of an authority are valid at `now` (seconds since 1970) and not revoked. */
export async function countActiveCertificatesOfAuthority(
  tx: Transaction,
  organizationId: string,
  authorityId: string,
  now: bigint,
): Promise<number> {
  const [row] = await tx.$queryRaw<{ count: bigint }[]>`
    select count(*) as count from certificates c
    where c.organization_id = ${organizationId}::uuid and c.authority_id = ${authorityId}::uuid
      and c.valid_before > ${now}::bigint and not ${revoked}`;
  return Number(row?.count ?? 0);
}

/** The certificates that hosts have had issued for themselves, valid at `now` (seconds since 1970) and not revoked, newest first. */
export function hostsOwnCertificates(
  tx: Transaction,
  organizationId: string,
  hostIds: readonly string[],
  now: bigint,
): Promise<{ readonly hostId: string; readonly authorityId: string; readonly certificate: Uint8Array }[]> {
  return tx.$queryRaw`
    select c.user_id as "hostId", c.authority_id as "authorityId", c.certificate from certificates c
    where c.organization_id = ${organizationId}::uuid and c.user_id = any(${[...hostIds]}::uuid[])
      and c.certificate_type = 'host' and c.valid_before > ${now}::bigint and not ${revoked}
    order by c.valid_before desc`;
}

/** When the certificates of each host's key end, the longest-lived that is not revoked (seconds since 1970). */
export function hostCertificateEnds(
  tx: Transaction,
  organizationId: string,
  hostIds: readonly string[],
): Promise<{ readonly hostId: string; readonly fingerprint: string; readonly validBefore: bigint }[]> {
  return tx.$queryRaw`
    select c.user_id as "hostId", c.public_key_fingerprint as fingerprint, max(c.valid_before) as "validBefore"
    from certificates c
    where c.organization_id = ${organizationId}::uuid and c.user_id = any(${[...hostIds]}::uuid[])
      and c.certificate_type = 'host' and not ${revoked}
    group by 1, 2`;
}

/** A recorded certificate's bytes, and whether it has been revoked; null when there is none. */
export async function findRecorded(
  tx: Transaction,
  organizationId: string,
  authorityId: string,
  serial: bigint,
): Promise<{ readonly certificate: Uint8Array; readonly revoked: boolean } | null> {
  const rows = await tx.$queryRaw<{ certificate: Uint8Array; revoked: boolean }[]>`
    select c.certificate, ${revoked} as revoked from certificates c
    where c.organization_id = ${organizationId}::uuid and c.authority_id = ${authorityId}::uuid
      and c.serial = ${serial}::bigint`;
  return rows[0] ?? null;
}
