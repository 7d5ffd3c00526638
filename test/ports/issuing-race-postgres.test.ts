import { randomBytes, randomUUID, type KeyObject } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Pool, type PoolClient } from 'pg';
import { inBlocks, poolVerifier, type IssuancePorts } from '@writ/issuance';
import { fingerprint } from '@writ/openssh/key';
import { login } from '@writ/openssh/trust';
import { blockSerials, groupRecorder, openHighWater } from '@writ/storage';
import { startTestPostgres, type TestPostgres } from '@writ/testkit';
import { issuingRaceContract, lostLogin, type Loss, type Scene } from '@writ/testkit/contracts';
import { aCaller, anAuthority, aRole, fixedClock, newKeyPair } from '@writ/testkit/fixtures';
import { memorySigner } from '@writ/testkit/memory';

let server: TestPostgres;
beforeAll(async () => {
  server = await startTestPostgres();
});
afterAll(() => server.stop());

/** How each loss changes the tables, beside the epoch that it raises. Parameters: user, role, authority. */
const changes: Readonly<
  Record<Loss, { readonly sql: string; readonly raises: 'user' | 'role' | 'authority' }>
> = {
  'the account is disabled': { sql: `update users set state = 'disabled' where id = $1`, raises: 'user' },
  'the role is revoked': { sql: 'delete from role_holders where user_id = $1', raises: 'user' },
  'the key is revoked': {
    sql: 'update key_claims set revoked_at = now() where owner_id = $1',
    raises: 'user',
  },
  'the role loses a login': {
    sql: `update roles set logins = array_remove(logins, '${lostLogin}') where id = $1`,
    raises: 'role',
  },
  'the authority is retired': {
    sql: `update authorities set state = 'retired', believed_until = 0 where id = $1`,
    raises: 'authority',
  },
};

interface Facts {
  readonly user_epoch: string;
  readonly role_epoch: string;
  readonly authority_epoch: string;
  readonly user_state: string;
  readonly member: boolean;
  readonly logins: readonly string[];
  readonly revoked: boolean;
  readonly authority_state: 'active' | 'retired';
}

/** Everything that a decision rests on, in one snapshot. */
const load = `
  select ue.epoch as user_epoch, re.epoch as role_epoch, ae.epoch as authority_epoch, u.state as user_state,
    exists (select from role_holders m where m.role_id = r.id and m.user_id = u.id) as member,
    r.logins, k.revoked_at is not null as revoked, a.state as authority_state
  from users u, roles r, authorities a, key_claims k, epochs ue, epochs re, epochs ae
  where u.id = $1 and r.id = $2 and a.id = $3 and k.owner_id = u.id and ue.id = u.id and re.id = r.id and ae.id = a.id`;

/** One transaction; what it does is rolled back when `work` rejects. */
async function transaction<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  try {
    await client.query('begin');
    const result = await work(client);
    await client.query('commit');
    return result;
  } catch (error) {
    await client.query('rollback');
    throw error;
  } finally {
    client.release();
  }
}

async function newScene(owner: Pool, keys: Map<string, KeyObject>): Promise<Scene> {
  const caller = aCaller();
  const role = aRole({ handle: randomUUID() });
  const { publicKey: signatureKey, privateKey } = newKeyPair();
  const authority = anAuthority(caller, { publicKey: signatureKey });
  const { publicKey } = newKeyPair();
  const { organizationId: organization, userId } = caller;
  keys.set(authority.id, privateKey);
  await transaction(owner, async (client) => {
    for (const [id, kind] of [
      [userId, 'user'],
      [role.id, 'role'],
      [authority.id, 'authority'],
    ]) {
      await client.query('insert into epochs (id, organization_id, kind) values ($1, $2, $3)', [
        id,
        organization,
        kind,
      ]);
    }
    await client.query(
      `insert into users (id, organization_id, name, administrative_role, state) values ($1, $2, 'ana', 'member', 'active')`,
      [userId, organization],
    );
    await client.query(
      `insert into roles (id, organization_id, handle, name, principals, logins, max_ttl_seconds, extensions, critical_options, key_types, key_id_template)
       values ($1, $2, $3, 'web', 'logins', $4, 3600, '{}', '{}', '{}', '{user}')`,
      [role.id, organization, role.handle, role.logins],
    );
    await client.query('insert into role_holders (organization_id, role_id, user_id) values ($1, $2, $3)', [
      organization,
      role.id,
      userId,
    ]);
    await client.query(
      `insert into authorities (id, organization_id, kind, state, key_type, public_key, fingerprint, sealed_key, max_validity_seconds)
       values ($1, $2, 'user', 'active', $3, $4, $5, '\\x00', 86400)`,
      [authority.id, organization, signatureKey.type, signatureKey.blob, fingerprint(signatureKey)],
    );
    await client.query(
      `insert into key_claims (fingerprint, organization_id, kind, owner_id, public_key, key_type)
       values ($1, $2, 'user', $3, $4, $5)`,
      [fingerprint(publicKey), organization, userId, publicKey.blob, publicKey.type],
    );
  });
  const ids = { user: userId, role: role.id, authority: authority.id };

  return {
    async load() {
      const { rows } = await owner.query<Facts>(load, [ids.user, ids.role, ids.authority]);
      const [facts] = rows;
      if (facts?.user_state !== 'active') return null;
      return {
        caller: { ...caller, epoch: BigInt(facts.user_epoch) },
        roles: [
          {
            ...role,
            epoch: BigInt(facts.role_epoch),
            memberOf: facts.member,
            logins: facts.logins.map((each) => login(each)),
          },
        ],
        authority: { ...authority, epoch: BigInt(facts.authority_epoch), state: facts.authority_state },
        request: {
          kind: 'user',
          publicKey,
          keyOwner: { kind: 'user', organizationId: organization, ownerId: userId, revoked: facts.revoked },
        },
        requestId: null,
        idempotency: null,
      };
    },
    lose: (what) =>
      transaction(owner, async (client) => {
        const { sql, raises } = changes[what];
        // The epoch first: this waits for the recordings under way, and the next statement sees them.
        await client.query('update epochs set epoch = epoch + 1 where id = $1', [ids[raises]]);
        await client.query(sql, [ids[raises]]);
        const { rows } = await client.query<{ serial: string }>(
          'select serial from certificates where authority_id = $1',
          [ids.authority],
        );
        return new Set(rows.map(({ serial }) => BigInt(serial)));
      }),
  };
}

issuingRaceContract(
  'over PostgreSQL',
  async () => {
    const database = await server.database();
    const directory = await mkdtemp(join(tmpdir(), 'writ-race-'));
    const owner = new Pool({ ...database.connection('owner'), max: 6 });
    const app = new Pool({ ...database.connection('app'), max: 2 });
    // A connection may hear of the server's end after its pool has ended.
    for (const pool of [app, owner]) pool.on('error', () => undefined);
    const recorder = groupRecorder({ connection: database.connection('recorder') });
    const keys = new Map<string, KeyObject>();
    const ports: IssuancePorts = {
      clock: fixedClock().read,
      randomBytes: inBlocks(randomBytes),
      serials: blockSerials({ pool: app, highWater: await openHighWater(directory) }),
      signer: memorySigner(keys),
      verify: poolVerifier(),
      recorder,
      backdateSeconds: 60,
    };
    return {
      ports,
      scene: () => newScene(owner, keys),
      pause: async () => void (await owner.query('select 1')),
      async close() {
        await recorder.close();
        await Promise.all([owner.end(), app.end()]);
        await rm(directory, { recursive: true });
      },
    };
  },
  { count: 200, orderly: false },
);
