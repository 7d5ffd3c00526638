import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Pool, type QueryResultRow } from 'pg';
import type { AuthorityRef, CertificateRecord } from '@writ/issuance';
import { assembleCertificate, encodeTbs, serial } from '@writ/openssh/certificate';
import { fingerprint } from '@writ/openssh/key';
import { blockSerials, groupRecorder, openHighWater, type Database } from '@writ/storage';
import { startTestPostgres, type TestPostgres } from '@writ/testkit';
import { recorderContract, serialSourceContract, type StoredRecord } from '@writ/testkit/contracts';
import { aCaller, anAuthority, certificateFields, keyPairNamed, someBytes } from '@writ/testkit/fixtures';

let server: TestPostgres;
beforeAll(async () => {
  server = await startTestPostgres();
});
afterAll(() => server.stop());

type Ask = <T extends QueryResultRow>(sql: string, values: unknown[]) => Promise<T[]>;

/** Asks as the schema's owner, who sees everything. */
function asOwner(database: Database): { readonly ask: Ask; readonly close: () => Promise<void> } {
  const pool = new Pool(database.connection('owner'));
  // A connection may hear of the server's end after its pool has ended.
  pool.on('error', () => undefined);
  return {
    ask: async <T extends QueryResultRow>(sql: string, values: unknown[]) =>
      (await pool.query<T>(sql, values)).rows,
    close: () => pool.end(),
  };
}

serialSourceContract('the serial source over PostgreSQL', async () => {
  const database = await server.database();
  const owner = asOwner(database);
  const pool = new Pool({ ...database.connection('app'), max: 4 });
  pool.on('error', () => undefined);
  const directories: string[] = [];
  return {
    async open() {
      const directory = await mkdtemp(join(tmpdir(), 'writ-serials-'));
      directories.push(directory);
      return blockSerials({ pool, highWater: await openHighWater(directory) });
    },
    async authority() {
      const authority = anAuthority(aCaller(), { id: randomUUID() });
      await owner.ask(
        `insert into authorities (id, organization_id, kind, state, key_type, public_key, fingerprint, sealed_key, max_validity_seconds)
         values ($1, $2, 'user', 'active', 'ssh-ed25519', '\\x00', 'SHA256:' || $1::uuid, '\\x00', 3600)`,
        [authority.id, authority.organizationId],
      );
      return authority;
    },
    async leave(authority: AuthorityRef, left: bigint) {
      await owner.ask('update authorities set next_serial = $2 where id = $1', [
        authority.id,
        (1n << 63n) - left,
      ]);
    },
    async close() {
      await pool.end();
      await owner.close();
      for (const directory of directories) await rm(directory, { recursive: true });
    },
  };
});

recorderContract('the recorder over PostgreSQL', async () => {
  const database = await server.database();
  const owner = asOwner(database);
  const recorder = groupRecorder({ connection: database.connection('recorder') });
  const acme = { organizationId: randomUUID(), authorityId: randomUUID() };
  const { publicKey } = keyPairNamed('authority');
  let next = 0n;

  async function epoch(id: string, organizationId: string): Promise<{ id: string; epoch: bigint }> {
    const rows = await owner.ask<{ epoch: string }>(
      `insert into epochs (id, organization_id, kind) values ($1, $2, 'user')
       on conflict (id) do update set epoch = epochs.epoch returning epoch::text as epoch`,
      [id, organizationId],
    );
    return { id, epoch: BigInt(rows[0]?.epoch ?? 0) };
  }

  async function record(where: typeof acme): Promise<CertificateRecord> {
    const fields = certificateFields(publicKey, { serial: serial((next += 1n)) });
    const [userId, roleId] = [randomUUID(), randomUUID()];
    const seen = [];
    for (const id of [userId, roleId, where.authorityId]) seen.push(await epoch(id, where.organizationId));
    return {
      ...where,
      serial: fields.serial,
      certificateType: 'user',
      keyId: fields.keyId,
      validPrincipals: fields.validPrincipals,
      validAfter: fields.validAfter,
      validBefore: fields.validBefore,
      publicKeyFingerprint: fingerprint(fields.publicKey),
      userId,
      roleId,
      sessionId: null,
      certificate: assembleCertificate(encodeTbs(fields), someBytes(83)),
      issuedAt: 1_767_323_045_678,
      seen,
      actorName: 'ana',
      requestId: null,
      idempotency: null,
    };
  }

  return {
    recorder,
    record: ({ anotherOrganization = false } = {}) =>
      record(anotherOrganization ? { organizationId: randomUUID(), authorityId: randomUUID() } : acme),
    raise: async (id: string) =>
      void (await owner.ask('update epochs set epoch = epoch + 1 where id = $1', [id])),
    async stored(authorityId: string, number: bigint) {
      const [row] = await owner.ask<
        Record<string, string> & { principals: string[]; certificate: Buffer; issued_at: Date }
      >('select * from certificates where authority_id = $1 and serial = $2', [authorityId, number]);
      if (row === undefined) return null;
      return {
        organizationId: row['organization_id'],
        authorityId: row['authority_id'],
        serial: BigInt(row['serial'] ?? ''),
        certificateType: row['certificate_type'],
        keyId: row['key_id'],
        validPrincipals: row.principals,
        validAfter: BigInt(row['valid_after'] ?? ''),
        validBefore: BigInt(row['valid_before'] ?? ''),
        publicKeyFingerprint: row['public_key_fingerprint'],
        userId: row['user_id'],
        roleId: row['role_id'],
        sessionId: row['session_id'],
        certificate: new Uint8Array(row.certificate),
        issuedAt: row.issued_at.getTime(),
      } as unknown as StoredRecord;
    },
    close: async () => {
      await recorder.close();
      await owner.close();
    },
  };
});
