import { cpSync } from 'node:fs';
import { emptyInstallation, initialize, type Installation } from '../service/installation.js';
import { firstPerson } from '../service/person.js';
import { startService, type ServiceProcess } from '../service/service.js';
import { startSomebodysServer, type SomebodysServer } from '../service/somebodys-server.js';
import { startClients, type Keyed } from './clients.js';
import { Received } from './received.js';

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
    const rows = await server.ask<{ serial: string; certificate: Uint8Array }>(
      `select serial::text, certificate from certificates where certificate_type = 'user'`,
    );
    const kept = new Map(rows.map((row) => [row.serial, row.certificate]));
    for (const { serial, bytes } of received.all())
      expect(Buffer.compare(kept.get(serial.toString()) ?? Buffer.alloc(0), bytes)).toBe(0);
  }, 120_000);
});
