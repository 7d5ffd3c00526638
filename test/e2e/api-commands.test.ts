import { generateKeyPairSync } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { chmod, copyFile, mkdir, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { call } from '@writ/contract';
import { formatPublicKeyLine, publicKeyFromObject } from '@writ/openssh/key';
import { decodeKrl, isRevoked } from '@writ/openssh/krl';
import { askDatabase } from '../service/database.js';
import { emptyInstallation, makeInstallation, owner, type Installation } from '../service/installation.js';
import { callAs, signIn, transportTo } from '../service/person.js';
import { startService, type ServiceProcess } from '../service/service.js';

/** Whole processes, one after the other, on a machine that may have other things to do (ms). */
const patience = 180_000;

const initArgs = ['init', '--org', 'acme', '--names', '*.acme.example', '--owner', 'ana'];

describe('init', () => {
  let installation: Installation;
  beforeEach(() => {
    installation = emptyInstallation();
  }, patience);
  afterEach(() => installation.remove());

  it(
    'makes nothing of a weak password, an installation once of a better one, and files that only their owner reads',
    async () => {
      const weak = await installation.run(initArgs, { WRIT_OWNER_PASSWORD: 'short' });
      expect(weak.status).toBe(3);
      expect(existsSync(installation.stateDirectory)).toBe(false);
      const file = join(installation.directory, 'password');
      await writeFile(file, `${owner.password}\n`, { mode: 0o644 });
      const readable = await installation.run(initArgs, { WRIT_OWNER_PASSWORD_FILE: file });
      expect(readable.stderr).toContain('chmod 600');
      expect(existsSync(installation.stateDirectory)).toBe(false);
      await chmod(file, 0o600);
      const first = await installation.run(initArgs, { WRIT_OWNER_PASSWORD_FILE: file });
      expect(first).toMatchObject({ status: 0, stdout: '' });
      expect(first.stderr).toMatch(/user CA +SHA256:/);
      const [organization] = await askDatabase<{ handle: string }>(
        installation,
        'select handle from organizations',
      );
      expect(first.stderr).toContain(`handle        ${organization?.handle} `);
      expect(first.stderr).toMatch(/writ login --url http:\/\/127\.0\.0\.1:7480\n.*writ host token create/);
      const secret = join(installation.stateDirectory, 'key-encryption-secret');
      expect(statSync(secret).mode & 0o777).toBe(0o600);
      expect(first.stderr).not.toContain(readFileSync(secret, 'utf8').trim());
      const before = readFileSync(secret, 'utf8');
      const second = await installation.run(initArgs, { WRIT_OWNER_PASSWORD: owner.password });
      expect(second.status).toBe(51);
      expect(second.stderr).toMatch(
        /^writ: .*another WRIT_STATE_DIR.* another database .*\[already_initialized\]\n$/,
      );
      expect(readFileSync(secret, 'utf8')).toBe(before);
    },
    patience,
  );

  it(
    'makes it once when two try at the same time',
    async () => {
      const both = await Promise.all(
        [1, 2].map(() => installation.run(initArgs, { WRIT_OWNER_PASSWORD: owner.password })),
      );
      const statuses = both.map(({ status }) => status).sort();
      expect(statuses[0]).toBe(0);
      expect([25, 30, 51]).toContain(statuses[1]);
      const organizations = await askDatabase(installation, 'select id from organizations');
      expect(organizations).toHaveLength(1);
    },
    patience,
  );

  it(
    'names the owner after whoever runs it, where nobody says otherwise, and prints an invitation where there is no password, and a pin for TLS',
    async () => {
      const words = ['init', '--org', 'acme', '--names', '*.acme.example', '--json'];
      const more = ['--self-signed', '127.0.0.1', '--session-life', '8h'];
      const made = await installation.run([...words, ...more], { SUDO_USER: 'bo' });
      expect(made.status).toBe(0);
      const result = JSON.parse(made.stdout) as {
        owner: string;
        invitation: string;
        tlsPin: string;
        organization: { handle: string };
      };
      // Which name an ordinary account gives is seen in the unit's own test.
      expect(result).toMatchObject({ owner: process.getuid?.() === 0 ? 'bo' : expect.any(String) });
      expect(result.tlsPin).toMatch(/^sha256:[0-9a-f]{64}$/);
      expect(result.invitation).toContain(result.organization.handle);
      await rm(join(installation.stateDirectory, 'tls-certificate.pem'));
      const service = await startService(installation);
      try {
        await service.ready();
        const body = { invitation: result.invitation, password: owner.password };
        await call(transportTo(service.url), 'acceptInvitation', { body });
        await expect(signIn(service.url, result.owner)).resolves.toBeDefined();
        const lives = await askDatabase<{ seconds: number }>(
          installation,
          'select distinct extract(epoch from expires_at - authenticated_at)::int as seconds from sessions',
        );
        expect(lives).toEqual([{ seconds: 8 * 3600 }]);
      } finally {
        expect(await service.stop()).toBe(0);
      }
    },
    patience,
  );

  it.each([
    [['init']],
    [['init', '--org', 'UPPER', '--names', 'a.example', '--owner', 'ana']],
    [['init', '--org', 'acme', '--names', '*', '--owner', 'ana']],
    [['init', '--org', 'acme', '--names', '*.acme.example', '--owner', 'Ana']],
    [[...initArgs, '--ca-key', 'dsa']],
    [[...initArgs, '--session-life', '8']],
    [[...initArgs, '--session-life', '4m59s']],
    [[...initArgs, '--session-life', '7d1s']],
    [[...initArgs, 'more']],
    [[...initArgs, '--unknown']],
    [['nothing']],
    [[]],
  ])(
    'refuses %j and makes nothing',
    async (args) => {
      const refused = await installation.run(args);
      expect(refused.status).toBe(2);
      expect(refused.stderr).toMatch(/^writ: .*\[usage_invalid\]\n$/);
      expect(existsSync(installation.stateDirectory)).toBe(false);
    },
    patience,
  );

  it(
    'says what is wrong as one line of JSON where JSON was asked for',
    async () => {
      for (const [args, code] of [
        [['init', '--json'], 'usage_invalid'],
        [['backup', join(installation.directory, 'backup'), '--json'], 'not_initialized'],
        [['restore', '--json'], 'usage_invalid'],
        [['server', '--json'], 'usage_invalid'],
      ] as const) {
        const { stdout, stderr } = await installation.run(args);
        expect(stdout).toBe('');
        expect(stderr).toMatch(/^\{.*\}\n$/);
        expect(JSON.parse(stderr)).toMatchObject({ type: `urn:writ:problem:${code}`, code });
      }
    },
    patience,
  );

  it(
    'explains itself',
    async () => {
      for (const command of ['init', 'server', 'rewrap', 'reset-owner', 'backup', 'restore']) {
        const { status, stdout } = await installation.run([command, '--help']);
        expect(status).toBe(0);
        expect(stdout).toContain('Example:');
        expect(stdout).toContain('docs/errors.md');
      }
    },
    patience,
  );

  it(
    'is what a backup asks for first, which makes no database of its own',
    async () => {
      const backup = join(installation.directory, 'backup');
      const refused = await installation.run(['backup', backup]);
      expect(refused.status).toBe(50);
      expect(refused.stderr).toMatch(/writ init.*\[not_initialized\]/);
      expect(existsSync(installation.stateDirectory)).toBe(false);
      expect(existsSync(backup)).toBe(false);
    },
    patience,
  );

  it(
    'is what a server asks for first',
    async () => {
      const refused = await installation.run(['server']);
      expect(refused.status).toBe(50);
      expect(refused.stderr).toMatch(/writ init.*\[not_initialized\]/);
      expect(existsSync(installation.stateDirectory)).toBe(false);
    },
    patience,
  );
});

describe('a server that cannot start', () => {
  let installation: Installation;
  let occupied: Server;
  let port: number;
  const secret = () => join(installation.stateDirectory, 'key-encryption-secret');

  beforeAll(async () => {
    installation = await makeInstallation();
    occupied = createServer();
    await new Promise<void>((resolve) => occupied.listen(0, '127.0.0.1', resolve));
    const address = occupied.address();
    port = typeof address === 'object' && address !== null ? address.port : 0;
  }, patience);
  afterAll(async () => {
    occupied.close();
    await installation.remove();
  }, patience);

  const refused = async (environment: Record<string, string>) => {
    const { status, stderr } = await installation.run(['server'], {
      WRIT_LISTEN: '127.0.0.1:0',
      ...environment,
    });
    expect(stderr.split('\n').filter((line) => line.startsWith('writ: '))).toHaveLength(1);
    return { status, code: /\[([a-z_]+)\]\n$/.exec(stderr)?.[1] };
  };
  const file = async (name: string, text: string, mode: number): Promise<string> => {
    const path = join(installation.directory, name);
    await writeFile(path, text);
    await chmod(path, mode);
    return path;
  };

  it.each([
    ['a wrong setting', () => ({ WRIT_LISTEN: 'nowhere' }), 14, 'config_invalid'],
    ['a port that is taken', () => ({ WRIT_LISTEN: `127.0.0.1:${port}` }), 10, 'port_taken'],
    [
      "an address that is not this machine's",
      () => ({ WRIT_LISTEN: '192.0.2.1:7480', WRIT_ALLOW_PLAIN_HTTP_BEYOND_LOOPBACK: 'yes' }),
      11,
      'address_unavailable',
    ],
    ['plain HTTP for everybody', () => ({ WRIT_LISTEN: '0.0.0.0:0' }), 12, 'plain_http_refused'],
    [
      'no TLS certificate',
      () => ({ WRIT_TLS_CERT: '/nothing', WRIT_TLS_KEY: '/nothing' }),
      13,
      'tls_invalid',
    ],
    [
      'a secret said twice',
      () => ({ WRIT_KEY_ENCRYPTION_SECRET: 'x'.repeat(32), WRIT_KEY_ENCRYPTION_SECRET_FILE: '/x' }),
      14,
      'config_invalid',
    ],
    ['no secret file', () => ({ WRIT_KEY_ENCRYPTION_SECRET_FILE: '/nothing' }), 21, 'secret_file_unreadable'],
    [
      'a wrong secret',
      () => ({ WRIT_KEY_ENCRYPTION_SECRET: 'this is not the right one' }),
      23,
      'key_encryption_secret_wrong',
    ],
    [
      'a short secret',
      () => ({ WRIT_KEY_ENCRYPTION_SECRET: 'short' }),
      24,
      'key_encryption_secret_too_short',
    ],
    [
      'a database address that is none',
      () => ({ WRIT_DATABASE_URL: 'mysql://x' }),
      41,
      'database_url_invalid',
    ],
  ])(
    'says so and ends: %s',
    async (_what, environment, status, code) => {
      expect(await refused(environment())).toEqual({ status, code });
    },
    patience,
  );

  it(
    'says so and ends: a secret that others can read',
    async () => {
      const exposed = await file('exposed', readFileSync(secret(), 'utf8'), 0o640);
      expect(await refused({ WRIT_KEY_ENCRYPTION_SECRET_FILE: exposed })).toEqual({
        status: 22,
        code: 'secret_file_permissions',
      });
    },
    patience,
  );

  it(
    'says so and ends: no secret at all',
    async () => {
      const aside = `${secret()}.aside`;
      await copyFile(secret(), aside);
      await rm(secret());
      expect(await refused({})).toEqual({ status: 20, code: 'secret_missing' });
      await copyFile(aside, secret());
      await chmod(secret(), 0o600);
    },
    patience,
  );

  it(
    'says so and ends: a database of a newer program, and a clock before the last certificate',
    async () => {
      await askDatabase(
        installation,
        `insert into _prisma_migrations (id, checksum, migration_name, finished_at, started_at, applied_steps_count)
         values ('later', 'x', '99991231000000_later', now(), now(), 1)`,
      );
      expect(await refused({})).toEqual({ status: 52, code: 'schema_newer' });
      await askDatabase(
        installation,
        `delete from _prisma_migrations where id = 'later';
         insert into certificates (organization_id, authority_id, serial, certificate_type, key_id, principals, valid_after,
         valid_before, public_key_fingerprint, user_id, certificate, issued_at)
         select organization_id, id, 1, 'host', 'k', array['h'], 1, 2, 'SHA256:x', id, '\\x00', now() + interval '1 day'
         from authorities where kind = 'host'`,
      );
      expect(await refused({})).toEqual({ status: 56, code: 'clock_behind' });
      await askDatabase(installation, 'delete from certificates');
    },
    patience,
  );

  it(
    'leaves nothing behind: it starts when all is well',
    async () => {
      const service = await startService(installation);
      await service.ready();
      expect(await refused({})).toEqual({ status: 30, code: 'state_in_use' });
      expect((await installation.run(['rewrap'])).status).toBe(30);
      expect(await service.stop()).toBe(0);
      const logged = service.log().match(/^\{.*\}$/gm) ?? [];
      const lines = logged.map((line) => JSON.parse(line) as { level: string; msg: string; state?: string });
      expect(lines.filter(({ msg }) => /^(server )?listening/i.test(msg)).map(({ msg }) => msg)).toEqual([
        'listening',
      ]);
      expect(lines.filter(({ state }) => state !== undefined)).toMatchObject([
        { level: 'info', state: 'stopped' },
      ]);
    },
    patience,
  );
});

describe('rewrap, backup and restore', () => {
  let installation: Installation;
  let service: ServiceProcess | undefined;
  const secret = () => join(installation.stateDirectory, 'key-encryption-secret');

  beforeAll(async () => {
    installation = await makeInstallation();
    await start();
  }, patience);
  afterAll(async () => {
    await service?.stop();
    await installation.remove();
  }, patience);

  const keptSecrets = (): string[] =>
    readdirSync(installation.stateDirectory)
      .filter((name) => /^key-encryption-secret\.\d/.test(name))
      .sort()
      .map((name) => join(installation.stateDirectory, name));
  const start = async (): Promise<void> => {
    service = await startService(installation);
    await service.ready();
  };
  const running = (): ServiceProcess => {
    if (service === undefined) throw new Error('no service runs');
    return service;
  };
  const stop = async (): Promise<void> => {
    expect(await running().stop()).toBe(0);
    service = undefined;
  };
  const untilAnswered = async (address: string): Promise<Response> => {
    for (;;) {
      const answer = await fetch(address).catch(() => undefined);
      if (answer !== undefined) return answer;
      await Promise.race([delay(20), running().ended.then(() => Promise.reject(new Error(running().log())))]);
    }
  };
  const works = async (): Promise<void> => {
    await start();
    await signIn(running().url);
    await stop();
  };

  it(
    'reset-owner lets an owner in again while the service runs',
    async () => {
      const { url } = running();
      const refused = await installation.run(['reset-owner', 'nobody', '--yes']);
      expect(refused).toMatchObject({ status: 58, stdout: '' });
      const { status, stdout } = await installation.run(['reset-owner', owner.user, '--yes']);
      expect(status).toBe(0);
      await expect(signIn(url)).rejects.toMatchObject({ problem: { code: 'sign_in_failed' } });
      const body = { invitation: stdout.trim(), password: owner.password };
      await call(transportTo(url), 'acceptInvitation', { body });
      await signIn(url);
    },
    patience,
  );

  it(
    'a backup is written while the service runs, and restored into an empty directory',
    async () => {
      const backup = join(installation.directory, 'backup');
      const written = await installation.run(['backup', backup, '--json']);
      expect(written.status).toBe(0);
      expect(JSON.parse(written.stdout)).toMatchObject({ tables: { users: 1, authorities: 2 } });
      expect(statSync(backup).mode & 0o777).toBe(0o600);
      expect((await installation.run(['restore', backup, '--replace'])).status).toBe(30);

      const elsewhere = emptyInstallation();
      try {
        expect(await elsewhere.run(['restore', backup])).toMatchObject({
          status: 66,
          stderr: expect.stringMatching(/^writ: There is no .*\[restore_needs_secret\]\n$/) as string,
        });
        expect(existsSync(elsewhere.stateDirectory)).toBe(false);
        await mkdir(elsewhere.stateDirectory, { recursive: true });
        await copyFile(secret(), join(elsewhere.stateDirectory, 'key-encryption-secret'));
        const unsure = await elsewhere.run(['restore', backup]);
        expect(unsure.status).toBe(63);
        expect(await elsewhere.run(['restore', backup, '--skip-unknown'])).toMatchObject({ status: 0 });
        expect((await elsewhere.run(['restore', backup, '--skip-unknown'])).status).toBe(62);
        const restored = await startService(elsewhere);
        await restored.ready();
        await signIn(restored.url);
        expect(await restored.stop()).toBe(0);
        const [first] = await askDatabase<{ next: string }>(
          elsewhere,
          'select min(next_serial)::text as next from authorities',
        );
        expect(BigInt(first?.next ?? 0)).toBeGreaterThan(1n << 32n);
      } finally {
        await elsewhere.remove();
      }
    },
    patience,
  );

  it(
    'a restore publishes, once, a KRL past every one that hosts may have',
    async () => {
      const backup = join(installation.directory, 'before-revoking');
      const key = publicKeyFromObject(generateKeyPairSync('ed25519').publicKey);
      const { url } = running();
      const who = await signIn(url);
      const params = { organization: who.organization };
      const krl = async () => decodeKrl(await call(transportTo(running().url), 'krl', { params }));
      expect((await installation.run(['backup', backup])).status).toBe(0);
      const body = { publicKey: formatPublicKeyLine({ key }), reason: 'lost' };
      await callAs(url, who, 'revoke', { params, body });
      const published = await krl();
      await stop();
      expect(isRevoked(published, key)).toBe(true);
      expect(await installation.run(['restore', backup, '--replace'])).toMatchObject({ status: 0 });
      // Published by the restore itself: nobody has revoked anything in it.
      const [restored] = await askDatabase<{ version: string }>(
        installation,
        'select max(version)::text as version from krls',
      );
      expect(BigInt(restored?.version ?? 0)).toBeGreaterThan(published.version);

      const after = async () => {
        await start();
        const answer = await krl();
        await stop();
        return answer;
      };
      const first = await after();
      expect(first.version).toBeGreaterThan(published.version);
      expect(isRevoked(first, key)).toBe(true);
      const second = await after();
      expect(second.version).toBe(first.version);
    },
    patience,
  );

  it(
    'where an older database was put in place, or the high-water file is lost, nothing is served until somebody has said how it goes on',
    async () => {
      await start();
      const { url } = running();
      const who = await signIn(url);
      const params = { organization: who.organization };
      const key = publicKeyFromObject(generateKeyPairSync('ed25519').publicKey);
      const body = { publicKey: formatPublicKeyLine({ key }), reason: 'lost' };
      await callAs(url, who, 'revoke', { params, body });
      const published = decodeKrl(await call(transportTo(url), 'krl', { params })).version;
      await stop();
      // What an older copy of it would not hold.
      await askDatabase(
        installation,
        `delete from krls; delete from cut_lists; delete from revocations where kind = 'key'`,
      );

      service = await startService(installation);
      const krl = `${running().url}/v1/organizations/${who.organization}/krl`;
      const answer = await untilAnswered(krl);
      expect([answer.status, await answer.json()]).toEqual([
        503,
        expect.objectContaining({ code: 'database_put_back' }),
      ]);
      expect(running().log()).toContain('an older database was put in place');
      expect((await fetch(`${running().url}/healthz`)).status).toBe(200);
      await stop();
      const unsure = await installation.run(['restore', '--in-place']);
      expect([unsure.status, unsure.stderr]).toEqual([64, expect.stringContaining(`to ${published}`)]);
      const accepted = await installation.run(['restore', '--in-place', '--accept-lost-revocations']);
      expect([accepted.status, accepted.stderr]).toEqual([0, expect.stringContaining('revoke again')]);

      // Without its high-water file no service starts at all.
      const file = join(installation.stateDirectory, 'high-water.json');
      await rm(file);
      const missing = await installation.run(['server']);
      expect([missing.status, missing.stderr]).toEqual([57, expect.stringContaining('--in-place')]);
      expect(existsSync(file)).toBe(false);
      expect((await installation.run(['restore', '--in-place', '--replace'])).status).toBe(2);
      const skipped = await installation.run(['restore', '--in-place', '--skip-unknown', '--json']);
      expect(skipped).toMatchObject({ status: 0 });
      expect(JSON.parse(skipped.stdout)).toMatchObject({ skipped: [expect.any(String), expect.any(String)] });

      await start();
      const after = decodeKrl(await call(transportTo(running().url), 'krl', { params }));
      expect([after.version > published + (1n << 32n), isRevoked(after, key)]).toEqual([true, false]);
      await stop();
      const [found] = await askDatabase<{ next: string; events: unknown }>(
        installation,
        `select (select min(next_serial) from authorities)::text as next, (select json_agg(data ? 'lostKrls' order by id)
           from events where kind = 'installation.restored' and subject = 'in place') as events`,
      );
      expect([BigInt(found?.next ?? 0) > 1n << 32n, found?.events]).toEqual([true, [true, false]]);
    },
    patience,
  );

  it(
    'rewrap puts a new secret in place; the old one opens nothing any more',
    async () => {
      const old = readFileSync(secret(), 'utf8').trim();
      const rewrapped = await installation.run(['rewrap']);
      expect(rewrapped.status).toBe(0);
      const kept = keptSecrets();
      expect(kept).toHaveLength(1);
      expect(kept[0]).toMatch(/key-encryption-secret\.\d{8}T\d{6}Z$/);
      expect(rewrapped.stderr).toContain(
        `Backups made before this open with the old secret only: keep ${kept[0]}`,
      );
      expect(readFileSync(kept[0] ?? '', 'utf8').trim()).toBe(old);
      expect(statSync(kept[0] ?? '').mode & 0o777).toBe(0o600);
      expect(readFileSync(secret(), 'utf8').trim()).not.toBe(old);
      expect(statSync(secret()).mode & 0o777).toBe(0o600);
      expect((await installation.run(['server'], { WRIT_KEY_ENCRYPTION_SECRET: old })).status).toBe(23);
    },
    patience,
  );

  it(
    'a rewrap that was cut short before it put the new secret in place is finished by the next start',
    async () => {
      await copyFile(secret(), `${secret()}.new`);
      await chmod(`${secret()}.new`, 0o600);
      await writeFile(secret(), 'this is not the right one\n');
      await works();
      expect(existsSync(`${secret()}.new`)).toBe(false);
    },
    patience,
  );

  it(
    'rewrap takes a secret that it is given',
    async () => {
      const given = 'a secret that somebody chose';
      const { status } = await installation.run(['rewrap'], { WRIT_NEW_KEY_ENCRYPTION_SECRET: given });
      expect(status).toBe(0);
      expect((await installation.run(['server'])).status).toBe(23);
      await writeFile(secret(), `${given}\n`);
      await works();
    },
    patience,
  );

  it(
    'a file that is no backup is refused',
    async () => {
      const path = join(installation.directory, 'no-backup');
      await writeFile(path, 'no backup');
      expect((await installation.run(['restore', path, '--replace'])).status).toBe(60);
    },
    patience,
  );

  it(
    'a backup of before a rewrap replaces nothing without the secret that opens it',
    async () => {
      const backup = join(installation.directory, 'backup-before');
      expect(await installation.run(['backup', backup])).toMatchObject({ status: 0 });
      expect(await installation.run(['rewrap', '--yes'])).toMatchObject({ status: 0 });
      const refused = await installation.run(['restore', backup, '--replace']);
      expect(refused.status).toBe(66);
      expect(refused.stderr).toMatch(/^writ: .*another one.*--secret-later\. \[restore_needs_secret\]\n$/);
      // Neither this nor what was no backup at all has changed anything.
      await works();
      const kept = keptSecrets().at(-1) ?? '';
      const old = { WRIT_KEY_ENCRYPTION_SECRET_FILE: kept };
      expect(await installation.run(['restore', backup, '--replace'], old)).toMatchObject({ status: 0 });
      const later = ['restore', backup, '--replace', '--secret-later'];
      expect(await installation.run(later)).toMatchObject({ status: 0 });
      expect((await installation.run(['server'])).status).toBe(23);
      await copyFile(kept, secret());
      await works();
    },
    patience,
  );
});
