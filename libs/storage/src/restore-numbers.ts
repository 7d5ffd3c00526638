import type { ClientBase } from 'pg';
import type { HighWater, HighWaterMarks } from './high-water.js';
import { nextSerial, nextSerialColumn } from './reserve-serials.js';

/** How many numbers are skipped where nobody knows how far they went. */
const skip = 1n << 32n;
const afterLastSerial = 1n << 63n;
const lastKrlVersion = (1n << 63n) - 1n;

/** Numbers that a database has given out. */
export interface NumbersInUse {
  /** First serial that was never reserved, by authority id. */
  readonly nextSerials: ReadonlyMap<string, bigint>;
  /** Highest KRL version by organization id. */
  readonly krlVersions: ReadonlyMap<string, bigint>;
}

/** From the first to the last version. */
export interface LostKrls {
  /** The organization's name. */
  readonly organization: string;
  readonly first: bigint;
  readonly last: bigint;
}

export interface SkippedNumbers {
  /** Authorities (ids) of which nobody knows how far their serials went. */
  readonly skipped: readonly string[];
  /** KRL versions that were published and that nothing knows any more, by organization (id). */
  readonly lostKrls: ReadonlyMap<string, LostKrls>;
  /** KRL versions that the database has, by organization (id): the file is to take no others for published. */
  readonly published: ReadonlyMap<string, bigint>;
  /** What the high-water file must say now. */
  readonly marks: HighWaterMarks;
}

/** Reads the numbers of the database as it is; none where there are no tables yet. Rejects as `pg` does. */
export async function numbersInUse(client: ClientBase): Promise<NumbersInUse> {
  const { rows } = await client.query<{ there: boolean }>(
    `select to_regclass('public.authorities') is not null and to_regclass('public.krls') is not null as there`,
  );
  if (rows[0]?.there !== true) return { nextSerials: new Map(), krlVersions: new Map() };
  const serials = await client.query<{ id: string; next: string }>(
    'select id::text, next_serial::text as next from authorities',
  );
  const versions = await client.query<{ id: string; version: string }>(
    `select id::text, coalesce((select max(version) from krls where organization_id = o.id), 0)::text as version
     from organizations o`,
  );
  return {
    nextSerials: new Map(serials.rows.map(({ id, next }) => [id, nextSerial(next)])),
    krlVersions: new Map(versions.rows.map(({ id, version }) => [id, BigInt(version)])),
  };
}

/** Whether any serial was reserved or any KRL published. */
export function anyInUse({ nextSerials, krlVersions }: NumbersInUse): boolean {
  return (
    [...nextSerials.values()].some((next) => next > 1n) ||
    [...krlVersions.values()].some((version) => version > 0n)
  );
}

/**
 * Moves the restored authorities past everything that was given out: by the backup, by the database that stood before,
 * and by the high-water file; 2^32 further where these do not know how far an authority went. KRL versions likewise,
 * which only the file carries on: they end one above what was published, which tells the service to publish one more.
 *
 * The file knows what processes of its own state directory used. Where others may have used the database too, only
 * the database itself knows, if it stood and the file is not ahead of it: what is reserved is written there first.
 * @param carried what the database that stood before had revoked was carried over
 * @param shared processes of other state directories may have used it
 * Rejects as `pg` does.
 */
export async function continueNumbers(
  client: ClientBase,
  before: NumbersInUse,
  highWater: HighWater,
  carried: boolean,
  shared: boolean,
): Promise<SkippedNumbers> {
  const restored = await numbersInUse(client);
  const skipped: string[] = [];
  const knowsAny = highWater.marks().serials.size > 0;
  const serials = new Map<string, bigint>();
  for (const [id, next] of restored.nextSerials) {
    const mark = highWater.serial(id);
    const old = before.nextSerials.get(id) ?? 1n;
    // An authority that has given out nothing yet has no mark, in a file that is there.
    const unused = knowsAny && before.nextSerials.has(id) ? 0n : undefined;
    const last = mark ?? unused;
    const complete = last !== undefined && (!shared || old > last);
    if (!complete) skipped.push(id);
    const known = largest(next, old, (mark ?? 0n) + 1n);
    const first = complete ? known : smallest(known + skip, afterLastSerial);
    await client.query('update authorities set next_serial = $2 where id = $1', [
      id,
      nextSerialColumn(first),
    ]);
    serials.set(id, first - 1n);
  }
  const krlVersions = new Map<string, bigint>();
  const lostKrls = new Map<string, LostKrls>();
  const names = await organizationNames(client);
  for (const [id, version] of restored.krlVersions) {
    const mark = highWater.krlVersion(id);
    const old = before.krlVersions.get(id) ?? 0n;
    const known = largest(version, old, mark ?? 0n);
    const there = largest(version, carried ? old : 0n);
    const last = largest(version, old, highWater.publishedKrl(id) ?? 0n);
    if (last > there) lostKrls.set(id, { organization: names.get(id) ?? id, first: there + 1n, last });
    const complete = mark !== undefined && (!shared || (before.krlVersions.has(id) && old >= mark));
    krlVersions.set(id, smallest(known + (complete ? 1n : skip), lastKrlVersion));
  }
  return { skipped, lostKrls, published: restored.krlVersions, marks: { serials, krlVersions } };
}

async function organizationNames(client: ClientBase): Promise<ReadonlyMap<string, string>> {
  const { rows } = await client.query<{ id: string; name: string }>(
    'select organization_id::text as id, name from organization_profiles',
  );
  return new Map(rows.map(({ id, name }) => [id, name]));
}

function largest(...values: readonly bigint[]): bigint {
  return values.reduce((a, b) => (a > b ? a : b));
}

function smallest(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}
