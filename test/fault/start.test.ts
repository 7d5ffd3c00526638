import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { askDatabase } from '../service/database.js';
import { makeInstallation, type Installation } from '../service/installation.js';
import { firstPerson } from '../service/person.js';
import { startService } from '../service/service.js';
import { ask } from './clients.js';

/** Each start that cannot succeed ends with one line that says what to do, and a status of its own. */
describe('writ server refuses to start', () => {
  let installation: Installation;
  let taken: Server;
  let port: number;

  beforeAll(async () => {
    installation = await makeInstallation();
    taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const address = taken.address();
    port = typeof address === 'object' && address !== null ? address.port : 0;
  });
  afterAll(async () => {
    taken?.close();
    await installation?.remove();
  });

  async function expectRefusal(
    environment: Readonly<Record<string, string>>,
    status: number,
    says: RegExp,
  ): Promise<void> {
    const ended = await installation.run(['server'], {
      WRIT_LOG_LEVEL: 'error',
      WRIT_LISTEN: '127.0.0.1:0',
      ...environment,
    });
    const lines = ended.stderr.trimEnd().split('\n');
    expect({ status: ended.status, lines }).toEqual({ status, lines: [expect.stringMatching(says)] });
  }

  const file = (name: string, mode: number): string => {
    const path = join(installation.directory, name);
    writeFileSync(path, 'a secret that is long enough to be one\n', { mode });
    chmodSync(path, mode);
    return path;
  };

  it('when another program has its port', () =>
    expectRefusal({ WRIT_LISTEN: `127.0.0.1:${port}` }, 10, /listens on 127\.0\.0\.1:[0-9]+; .*WRIT_LISTEN/));

  it('when the key-encryption secret is another', () =>
    expectRefusal({ WRIT_KEY_ENCRYPTION_SECRET: 'not the one that init was given' }, 23, /secret/));

  it('when the file with the secret does not exist', () =>
    expectRefusal(
      { WRIT_KEY_ENCRYPTION_SECRET_FILE: join(installation.directory, 'nowhere') },
      21,
      /nowhere/,
    ));

  it('when the file with the secret cannot be read', () => {
    // A directory, which nobody can read as a file: file modes stop everyone but root.
    const path = join(installation.directory, 'directory');
    mkdirSync(path, { recursive: true });
    return expectRefusal({ WRIT_KEY_ENCRYPTION_SECRET_FILE: path }, 21, /directory/);
  });

  it('when others may read the file with the secret', () =>
    expectRefusal({ WRIT_KEY_ENCRYPTION_SECRET_FILE: file('exposed', 0o640) }, 22, /chmod 600/));

  it('when another service uses its state directory', async () => {
    const service = await startService(installation);
    try {
      await service.ready();
      await expectRefusal({}, 30, new RegExp(`${service.pid}|WRIT_STATE_DIR`));
      await service.ready();
    } finally {
      await service.stop();
    }
  });

  it('when the clock stands before the last certificate was issued', async () => {
    const service = await startService(installation);
    try {
      await service.ready();
      expect(await ask(service.url, await firstPerson(service.url))).toMatchObject({ status: 201 });
    } finally {
      await service.stop();
    }
    await askDatabase(installation, "update certificates set issued_at = issued_at + interval '1 day'");
    await expectRefusal({}, 56, /clock/);
    await askDatabase(installation, "update certificates set issued_at = issued_at - interval '1 day'");
  });

  it('when a newer program has changed its database', async () => {
    await askDatabase(
      installation,
      `insert into _prisma_migrations (id, checksum, migration_name, finished_at, applied_steps_count)
       values (gen_random_uuid()::text, repeat('0', 64), '99990101000000_from_the_future', now(), 1)`,
    );
    await expectRefusal({}, 52, /newer/);
    await askDatabase(installation, "delete from _prisma_migrations where migration_name like '9999%'");
  });

  it('and starts when nothing of this is so', async () => {
    const service = await startService(installation);
    await service.ready();
    expect(await service.stop()).toBe(0);
  });
});
