import { randomUUID } from 'node:crypto';
import { Prisma } from '../generated/client.js';
import type { Transaction } from './transaction.js';

/** Host keys that were changed and proved, and wait for somebody's approval. */
export interface HostKeyRequestRow {
  readonly id: string;
  readonly hostId: string;
  /** The network that it was made from. */
  readonly source: string;
  /** 'SHA256:…' of the keys, in the host's own order. */
  readonly fingerprints: readonly string[];
  /** Their lines, in the same order. */
  readonly publicKeys: readonly string[];
  readonly askedAt: Date;
  readonly expiresAt: Date;
  /** When somebody refused them; null: they wait. */
  readonly refusedAt: Date | null;
}

export type NewHostKeyRequest = Omit<HostKeyRequestRow, 'id' | 'refusedAt'> & {
  readonly organizationId: string;
};

const columns = Prisma.sql`id, host_id as "hostId", source, fingerprints, public_keys as "publicKeys",
  asked_at as "askedAt", expires_at as "expiresAt", refused_at as "refusedAt"`;

/** Keeps a request in the place of the one that was made from the same network before; of the others the newest `keep` - 1 stay. */
export async function keepHostKeyRequest(
  tx: Transaction,
  request: NewHostKeyRequest,
  keep: number,
): Promise<void> {
  const { organizationId, hostId, source, askedAt } = request;
  await tx.hostKeyRequest.deleteMany({
    where: { organizationId, hostId, OR: [{ source }, { expiresAt: { lte: askedAt } }] },
  });
  await tx.$executeRaw`
    delete from host_key_requests where organization_id = ${organizationId}::uuid and id in (
      select id from host_key_requests where organization_id = ${organizationId}::uuid and host_id = ${hostId}::uuid
      order by asked_at desc, id offset ${keep - 1})`;
  await tx.hostKeyRequest.create({
    data: {
      ...request,
      id: randomUUID(),
      fingerprints: [...request.fingerprints],
      publicKeys: [...request.publicKeys],
    },
  });
}

/** Requests of these hosts, those that were refused among them, that have not expired at `now`, newest first. */
export function openHostKeyRequests(
  tx: Transaction,
  organizationId: string,
  hostIds: readonly string[],
  now: Date,
): Promise<HostKeyRequestRow[]> {
  return tx.$queryRaw<HostKeyRequestRow[]>`
    select ${columns} from host_key_requests
    where organization_id = ${organizationId}::uuid and host_id = any(${[...hostIds]}::uuid[])
      and expires_at > ${now}::timestamptz
    order by asked_at desc, id`;
}

/** Keeps of requests that they were refused, until they expire. */
export async function refuseHostKeyRequests(
  tx: Transaction,
  organizationId: string,
  ids: readonly string[],
  at: Date,
): Promise<void> {
  await tx.hostKeyRequest.updateMany({
    where: { organizationId, id: { in: [...ids] } },
    data: { refusedAt: at },
  });
}

/** Forgets every request of a host. */
export async function endHostKeyRequests(
  tx: Transaction,
  organizationId: string,
  hostId: string,
): Promise<void> {
  await tx.hostKeyRequest.deleteMany({ where: { organizationId, hostId } });
}

/** Forgets requests that had expired by `now`; returns how many. */
export async function forgetHostKeyRequests(
  tx: Transaction,
  organizationId: string,
  now: Date,
): Promise<number> {
  const { count } = await tx.hostKeyRequest.deleteMany({
    where: { organizationId, expiresAt: { lte: now } },
  });
  return count;
}
