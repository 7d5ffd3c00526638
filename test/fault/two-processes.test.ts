import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '@writ/storage';
import { emptyInstallation, initialize, type Installation } from '../service/installation.js';
import { firstPerson } from '../service/person.js';
import { startService, type ServiceProcess } from '../service/service.js';
import { startClients, type Keyed } from './clients.js';
import { Received } from './received.js';

/** A PostgreSQL that is not Writ's to run, with an empty database and a login that owns it. */
interface SomebodysServer {
  readonly url: string;
  readonly connection: { host: string; port: number; database: string; user: string; password: string };
  stop(): Promise<void>;
}

async function startSomebodysServer(): Promise<SomebodysServer> {
  const directory = mkdtempSync(join(tmpdir(), 'writ-external-'));
  const server: EmbeddedPostgres = await startEmbeddedPostgres({ stateDirectory: directory });
  const { superuser } = server.credentials;
  const at = { host: server.socketDirectory, port: 5432 };
  const client = new Client({
    ...at,
    database: 'postgres',
    user: superuser?.name,
    password: superuser?.password,
  });
  await client.connect();
  await client.query(`create role somebody login createrole password 'anything'`);
  await client.query('create database theirs owner somebody');
  await client.end();
  return {
    url: `postgresql://somebody:anything@/theirs?host=${encodeURIComponent(at.host)}`,
    connection: {
      ...at,
      database: 'theirs',
      user: superuser?.name ?? '',
      password: superuser?.password ?? '',
    },
    async stop() {
      await server.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

describe('two services on one PostgreSQL of somebody’s own', () => {
  let server: SomebodysServer;
  const installations: Installation[] = [];
  const services: ServiceProcess[] = [];

  beforeAll(async () => {
    server = await startSomebodysServer();
    const first = emptyInstallation({ WRIT_DATABASE_URL: server.url });
    installations.push(first);
    await initialize(first);
    const second = emptyInstallation({ WRIT_DATABASE_URL: server.url });
    installations.push(second);
    // The second machine is given the first one's state directory: its secret and its database logins.
    cpSync(first.stateDirectory, second.stateDirectory, { recursive: true });
    for (const installation of installations) services.push(await startService(installation));
    for (const service of services) await service.ready();
  }, 120_000);
  afterAll(async () => {
    for (const service of services) await service.kill();
    for (const installation of installations) await installation.remove();
    await server?.stop();
  });

  it('never use a serial twice, also when one of them is killed and comes back', async () => {
    const [first, second] = services;
    const [installation] = installations;
    if (first === undefined || second === undefined || installation === undefined)
      throw new Error('two services run');
    const who = await firstPerson(first.url);
    const received = new Received();
    const keyed: Keyed = new Map();
    const clients = [first, second].map(({ url }) => startClients(url, who, 8, received, keyed));
    const more = async (count: number): Promise<void> => {
      const wanted = received.count + count;
      while (received.count < wanted && received.wrong.length === 0)
        await new Promise((next) => setTimeout(next, 10));
    };
    try {
      await more(300);
      await first.kill();
      await more(100);
      services[0] = await startService(installation, { port: first.port });
      await services[0].ready();
      await more(300);
    } finally {
      await Promise.all(clients.map((each) => each.stop()));
    }
    expect(received.wrong).toEqual([]);
    const client = new Client(server.connection);
    await client.connect();
    const { rows } = await client.query<{ serial: string; certificate: Uint8Array }>(
      `select serial::text, certificate from certificates where certificate_type = 'user'`,
    );
    await client.end();
    const kept = new Map(rows.map((row) => [row.serial, row.certificate]));
    for (const { serial, bytes } of received.all())
      expect(Buffer.compare(kept.get(serial.toString()) ?? Buffer.alloc(0), bytes)).toBe(0);
  }, 120_000);
});
