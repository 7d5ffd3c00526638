import { createHash, generateKeyPairSync, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { Pool } from 'pg';
import { endTrust, publishKrl, publishWholeKrl, SharedTurns, type CertificateToEnd } from '@writ/api/testing';
import { canaryKey } from '@writ/hosts';
import { fingerprint, publicKeyFromObject, type PublicKey } from '@writ/openssh/key';
import { decodeKrl, isRevoked, type Krl, type SerialRange } from '@writ/openssh/krl';
import {
  currentKrl,
  lockTrust,
  openHighWater,
  openScoped,
  type Database,
  type HighWater,
  type ScopedDatabase,
  type Transaction,
} from '@writ/storage';
import { startTestPostgres, type TestPostgres } from '@writ/testkit';

const newKey = () => publicKeyFromObject(generateKeyPairSync('ed25519').publicKey);
const hour = 3_600_000;
const day = 24 * hour;

/** What has been revoked, as a person would keep a list of it. */
interface Entry {
  readonly authority: number;
  readonly range: SerialRange;
  /** Null: for ever. */
  readonly keepUntil: number | null;
}

describe('the KRL of an organization', () => {
  let server: TestPostgres;
  let database: Database;
  let store: ScopedDatabase;
  let superuser: Pool;
  let state: string;
  let highWater: HighWater;
  let now = 1_800_000_000_000;
  const clock = () => now;

  beforeAll(async () => {
    server = await startTestPostgres();
    database = await server.database();
    store = openScoped({ connection: database.connection('app'), connections: 4 });
    superuser = new Pool({ ...server.superuser(database), max: 1 });
    superuser.on('error', () => undefined);
    state = await mkdtemp(join(tmpdir(), 'writ-krls-'));
    highWater = await openHighWater(state);
  });
  afterAll(async () => {
    await store.close();
    await superuser.end();
    await server.stop();
    await rm(state, { recursive: true, force: true });
  });

  /** A new organization with two authorities. */
  async function organization() {
    const id = randomUUID();
    const handle = createHash('sha256').update(id).digest('hex').slice(0, 16);
    await superuser.query('insert into organizations (id, handle) values ($1, $2)', [id, handle]);
    await superuser.query(
      `insert into organization_profiles (organization_id, kind, name) values ($1, 'customer', $2)`,
      [id, handle],
    );
    const authorities = ['user', 'host'].map((kind) => ({ id: randomUUID(), kind, key: newKey() }));
    for (const { id: authority, kind, key } of authorities) {
      await superuser.query(`insert into epochs (id, organization_id, kind) values ($1, $2, 'authority')`, [
        authority,
        id,
      ]);
      await superuser.query(
        `insert into authorities (id, organization_id, kind, state, key_type, public_key, fingerprint, sealed_key, max_validity_seconds)
         values ($1, $2, $3, 'active', 'ssh-ed25519', $4, $5, '\\x00', 3600)`,
        [authority, id, kind, Buffer.from(key.blob), fingerprint(key)],
      );
    }
    const services = { clock, highWater };
    const ground = {
      organizationId: id,
      reason: 'r',
      cause: 'certificate',
      subject: 's',
      createdById: null,
    } as const;
    const locked = <T>(work: (tx: Transaction) => Promise<T>) =>
      store.within([id], async (tx) => {
        await lockTrust(tx, id);
        return work(tx);
      });
    return {
      id,
      handle,
      authorities,
      locked,
      end: (certificates: readonly CertificateToEnd[], keys: readonly PublicKey[] = []) =>
        locked((tx) =>
          endTrust(tx, services, ground, {
            certificates,
            keys: keys.map((key) => ({ fingerprint: fingerprint(key), publicKey: key.blob })),
          }),
        ),
      publish: () => locked((tx) => publishKrl(tx, services, id, { certificates: [], keys: [] })),
      publishWhole: () => locked((tx) => publishWholeKrl(tx, services, id)),
      async current(): Promise<Krl> {
        const row = await store.within([id], (tx) => currentKrl(tx, id));
        if (row === null) throw new Error('there is no KRL');
        return decodeKrl(row.bytes);
      },
      /** As a restore writes them: with nothing said of any KRL. */
      insert: ({ authority, range, keepUntil }: Entry) =>
        superuser.query(
          `insert into revocations (id, organization_id, kind, authority_id, serial_from, serial_to, reason, cause, keep_until)
           values (gen_random_uuid(), $1, 'serial', $2, $3, $4, 'restored', 'certificate', $5)`,
          [
            id,
            authorities[authority]?.id,
            range.first.toString(),
            range.last.toString(),
            keepUntil === null ? null : new Date(keepUntil),
          ],
        ),
    };
  }

  /** The serials (below 100) of each authority that a KRL revokes. */
  const said = (krl: Krl, authorities: readonly { readonly key: PublicKey }[]) =>
    authorities.map(({ key: signatureKey }) =>
      Array.from({ length: 100 }, (_, serial) => serial).filter((serial) =>
        isRevoked(krl, { publicKey: signatureKey, serial: BigInt(serial), keyId: '', signatureKey }),
      ),
    );

  const steps = fc.array(
    fc.oneof(
      {
        weight: 5,
        arbitrary: fc.record({
          what: fc.constant('revoke' as const),
          authority: fc.nat(1),
          serial: fc.integer({ min: 1, max: 40 }),
          hours: fc.option(fc.integer({ min: 1, max: 60 })),
        }),
      },
      {
        weight: 2,
        arbitrary: fc.record({
          what: fc.constant('insert' as const),
          authority: fc.nat(1),
          serial: fc.integer({ min: 1, max: 40 }),
          length: fc.nat(5),
          hours: fc.option(fc.integer({ min: 1, max: 60 })),
        }),
      },
      {
        weight: 3,
        arbitrary: fc.record({ what: fc.constant('wait' as const), hours: fc.integer({ min: 1, max: 40 }) }),
      },
      { weight: 2, arbitrary: fc.record({ what: fc.constant('publish' as const), whole: fc.boolean() }) },
    ),
    { minLength: 10, maxLength: 25 },
  );

  it('says after every step what is revoked then and nothing that has expired, under the next version', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (all) => {
        const org = await organization();
        const entries: Entry[] = [];
        let version = 0n;
        for (const step of all) {
          if (step.what === 'wait') now += step.hours * hour;
          else if (step.what === 'publish') version = await (step.whole ? org.publishWhole() : org.publish());
          else if (step.what === 'insert') {
            const first = BigInt(step.serial);
            const keepUntil = step.hours === null ? null : now + step.hours * hour;
            const entry = {
              authority: step.authority,
              range: { first, last: first + BigInt(step.length) },
              keepUntil,
            };
            entries.push(entry);
            await org.insert(entry);
          } else {
            const serial = BigInt(step.serial);
            const validBefore =
              step.hours === null ? null : BigInt(Math.floor(now / 1000) + step.hours * 3600);
            const authorityId = org.authorities[step.authority]?.id ?? '';
            const ended = await org.end([{ authorityId, serial, validBefore }]);
            // What was revoked once, by whatever entry, is left as it is.
            if (ended.certificates === 0) continue;
            expect(ended.krlVersion).toBe(version + 1n);
            version = ended.krlVersion;
            const keepUntil = validBefore === null ? null : Number(validBefore) * 1000 + day;
            entries.push({ authority: step.authority, range: { first: serial, last: serial }, keepUntil });
          }
          if (step.what === 'wait' || step.what === 'insert') continue;
          const krl = await org.current();
          expect(krl.version).toBe(version);
          const live = entries.filter(({ keepUntil }) => keepUntil === null || keepUntil > now);
          const wanted = org.authorities.map((_, authority) =>
            Array.from({ length: 100 }, (__, serial) => serial).filter((serial) =>
              live.some(
                (each) =>
                  each.authority === authority && each.range.first <= serial && serial <= each.range.last,
              ),
            ),
          );
          expect(said(krl, org.authorities)).toEqual(wanted);
          expect(isRevoked(krl, canaryKey(org.handle))).toBe(true);
        }
      }),
      { seed: 31, numRuns: 15, endOnFailure: true },
    );
  });

  it('has the versions in a row and lacks nothing where many revoke at once, in more than one process', async () => {
    const org = await organization();
    const other = await openHighWater(await mkdtemp(join(state, 'other-')));
    const authorityId = org.authorities[0]?.id ?? '';
    const ground = {
      organizationId: org.id,
      reason: 'r',
      cause: 'certificate',
      subject: 's',
      createdById: null,
    } as const;
    const versions = await Promise.all(
      Array.from({ length: 24 }, (_, index) =>
        org.locked(async (tx) => {
          const services = { clock, highWater: index % 2 === 0 ? highWater : other };
          const certificates = [{ authorityId, serial: BigInt(index) + 1n, validBefore: null }];
          return (await endTrust(tx, services, ground, { certificates, keys: [] })).krlVersion;
        }),
      ),
    );
    expect(versions.sort((a, b) => Number(a - b))).toEqual(versions.map((_, index) => BigInt(index) + 1n));
    expect(said(await org.current(), org.authorities)[0]).toEqual(versions.map(Number));
  });

  it('keeps keys, and is made of everything where the one before is not what was published', async () => {
    const org = await organization();
    const [lost, other] = [newKey(), newKey()];
    const authorityId = org.authorities[1]?.id ?? '';
    await org.end([{ authorityId, serial: 7n, validBefore: null }], [lost]);
    await org.end([], [other]);
    const both = (krl: Krl) => [lost, other, newKey()].map((key) => isRevoked(krl, key));
    expect(both(await org.current())).toEqual([true, true, false]);
    await superuser.query(`update krls set bytes = '\\x00' where organization_id = $1`, [org.id]);
    expect(await org.publish()).toBe(3n);
    await superuser.query(
      `update krls set bytes = '\\x00', sha256 = sha256('\\x00') where version = 3 and organization_id = $1`,
      [org.id],
    );
    expect(await org.publish()).toBe(4n);
    const krl = await org.current();
    expect(both(krl)).toEqual([true, true, false]);
    expect(said(krl, org.authorities)).toEqual([[], [7]]);
    // One that is whole, and another one's.
    const [{ bytes } = { bytes: Buffer.alloc(0) }] = (
      await superuser.query<{ bytes: Buffer }>(
        'select bytes from krls where organization_id = $1 and version = 4',
        [org.id],
      )
    ).rows;
    await org.end([{ authorityId, serial: 8n, validBefore: null }]);
    await superuser.query(
      'update krls set bytes = $2, sha256 = $3 where organization_id = $1 and version = 4',
      [org.id, bytes, createHash('sha256').update(bytes).digest()],
    );
    expect(await org.publish()).toBe(6n);
    expect(said(await org.current(), org.authorities)).toEqual([[], [7, 8]]);
  });

  it('says what a later KRL of a lost database said', async () => {
    const org = await organization();
    await org.end([{ authorityId: org.authorities[0]?.id ?? '', serial: 1n, validBefore: null }]);
    await org.insert({ authority: 0, range: { first: 5n, last: 6n }, keepUntil: null });
    await superuser.query(
      'update revocations set krl_after = 40 where organization_id = $1 and serial_from = 5',
      [org.id],
    );
    await org.publish();
    expect(said(await org.current(), org.authorities)[0]).toEqual([1, 5, 6]);
  });

  it('says again what was left out by a clock that was ahead', async () => {
    const org = await organization();
    const authorityId = org.authorities[0]?.id ?? '';
    const right = now;
    await org.end([{ authorityId, serial: 1n, validBefore: BigInt(Math.floor(now / 1000)) + 60n }]);
    now += 30 * day;
    await org.publish();
    expect(said(await org.current(), org.authorities)[0]).toEqual([]);
    now = right;
    await org.publish();
    expect(said(await org.current(), org.authorities)[0]).toEqual([1]);
  });

  it('follows a large one that this process made, as long as the database holds the same', async () => {
    const org = await organization();
    const [authority] = org.authorities;
    const authorityId = authority?.id ?? '';
    await superuser.query(
      `insert into revocations (id, organization_id, kind, authority_id, serial_from, serial_to, reason, cause, krl_after)
       select gen_random_uuid(), $1, 'serial', $2, 1000000::bigint * n, 1000000::bigint * n, 'many', 'certificate', 0
       from generate_series(1, 40000) n`,
      [org.id, authorityId],
    );
    const serialsOf = async () =>
      (await org.current()).certificates.flatMap(({ serials }) => [...serials.runs()]);
    const end = (serial: bigint) => org.end([{ authorityId, serial, validBefore: null }]);
    await end(1n);
    await end(2n);
    expect(await serialsOf()).toHaveLength(40_001);
    // Another process's.
    const newest =
      'where organization_id = $1 and version = (select max(version) from krls where organization_id = $1)';
    const other = await openHighWater(await mkdtemp(join(state, 'other-')));
    await org.locked((tx) =>
      endTrust(
        tx,
        { clock, highWater: other },
        { organizationId: org.id, reason: 'r', cause: 'certificate', subject: 's', createdById: null },
        { certificates: [{ authorityId, serial: 4n, validBefore: null }], keys: [] },
      ),
    );
    await end(6n);
    expect((await serialsOf()).slice(0, 4).map(({ first }) => first)).toEqual([1n, 4n, 6n, 1_000_000n]);
    // The same number, and something else.
    await superuser.query(`update krls set bytes = '\\x00', sha256 = sha256('\\x00') ${newest}`, [org.id]);
    await end(8n);
    expect(await serialsOf()).toHaveLength(40_004);
    await superuser.query('delete from revocations where organization_id = $1 and serial_from > 10', [
      org.id,
    ]);
    await org.publishWhole();
    expect(await serialsOf()).toHaveLength(4);
    await end(10n);
    expect(await serialsOf()).toHaveLength(5);
  });

  /** Revokes a key in a turn of the organization; `end` is the last that is done in it. */
  const inTurn = (turns: SharedTurns, id: string, key: PublicKey, end: () => void = () => undefined) =>
    turns.take(id, async (tx, services) => {
      const ground = {
        organizationId: id,
        reason: 'test',
        cause: 'key',
        subject: '',
        createdById: null,
      } as const;
      const keys = [{ fingerprint: fingerprint(key), publicKey: key.blob }];
      const { krlVersion } = await endTrust(tx, services, ground, { certificates: [], keys });
      end();
      return krlVersion;
    });

  it('is one for requests that share a turn, and what is refused at its end leaves nothing of itself', async () => {
    const { id } = await organization();
    const turns = new SharedTurns({ store, clock, highWater });
    const [first, refused, last] = [newKey(), newKey(), newKey()];
    const revoke = (key: PublicKey, end?: () => void) => inTurn(turns, id, key, end);
    // The first takes the turn, and the others wait for the next one.
    const [begun, ...others] = [
      revoke(first),
      revoke(refused, () => {
        throw new Error('refused at the end');
      }),
      revoke(last),
      revoke(newKey()),
    ];
    expect(await begun).toBe(1n);
    expect(await Promise.allSettled(others)).toEqual([
      { status: 'rejected', reason: new Error('refused at the end') },
      { status: 'fulfilled', value: 2n },
      { status: 'fulfilled', value: 2n },
    ]);
    const krl = await store.within([id], (tx) => currentKrl(tx, id));
    const said = decodeKrl(krl?.bytes ?? new Uint8Array());
    expect([first, refused, last].map((key) => isRevoked(said, key))).toEqual([true, false, true]);
    const { rows } = await superuser.query('select from revocation_acts where organization_id = $1', [id]);
    expect(rows).toHaveLength(3);
  });

  it('is not made for a turn of which everything is refused', async () => {
    const { id } = await organization();
    const turns = new SharedTurns({ store, clock, highWater });
    const asked = inTurn(turns, id, newKey(), () => {
      throw new Error('refused');
    });
    await expect(asked).rejects.toThrow('refused');
    expect(await store.within([id], (tx) => currentKrl(tx, id))).toBeNull();
  });
});
