import { decodeKrl } from '@writ/openssh/krl';
import { cpSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { emptyInstallation, initialize, type Installation } from '../service/installation.js';
import { firstPerson, signIn, type Person } from '../service/person.js';
import { startService, type ServiceProcess } from '../service/service.js';
import { startSomebodysServer, type SomebodysServer } from '../service/somebodys-server.js';
import { startClients, type Keyed } from './clients.js';
import { readKrls } from './krl-reader.js';
import { Received } from './received.js';
import { startRevoking } from './revoking-clients.js';

describe('two services on one PostgreSQL of somebody’s own', () => {
  let server: SomebodysServer;
  const installations: Installation[] = [];
  const services: ServiceProcess[] = [];
  let who: Person;

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
    who = await firstPerson(services[0]?.url ?? '');
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

  it('lose no revocation while both revoke and one is killed, and serve one KRL, byte for byte', async () => {
    const [first, second] = services;
    const [installation] = installations;
    if (first === undefined || second === undefined || installation === undefined)
      throw new Error('two services run');
    const person = { ...who, ...(await signIn(second.url)) };
    const { organization } = person;
    const urls = [first.url, second.url];
    const reader = readKrls(urls, organization);
    const loads = urls.map((url) => startRevoking(url, person, 4));
    const revoked = () => loads.flatMap((load) => [...load.revoked()]);
    const more = async (count: number): Promise<void> => {
      const wanted = revoked().length + count;
      while (revoked().length < wanted && loads.every(({ wrong }) => wrong.length === 0)) await delay(10);
    };
    try {
      await more(60);
      await first.kill();
      await more(20);
      services[0] = await startService(installation, { port: first.port });
      await services[0].ready();
      await more(60);
    } finally {
      await Promise.all(loads.map((load) => load.stop()));
      await reader.stop();
    }
    expect([...loads.flatMap(({ wrong }) => wrong), ...reader.wrong]).toEqual([]);
    expect(reader.versions()).toBeGreaterThan(10);
    const newest = revoked().reduce((last, { krlVersion }) => (krlVersion > last ? krlVersion : last), 0n);
    const [one, other] = await Promise.all(urls.map((url) => krlFrom(url, organization, newest)));
    expect(one?.equals(other ?? Buffer.alloc(0))).toBe(true);
    const { certificates } = decodeKrl(one ?? Buffer.alloc(0));
    const lost = revoked().filter(
      ({ id }) => !certificates.some(({ serials }) => serials.has(BigInt(id.slice('user:'.length)))),
    );
    expect(lost).toEqual([]);
  }, 120_000);
});

/** The KRL that a process serves, as soon as it is of that version or a later one. */
async function krlFrom(url: string, organization: string, version: bigint): Promise<Buffer> {
  for (;;) {
    const answer = await fetch(`${url}/v1/organizations/${organization}/krl`);
    const bytes = Buffer.from(await answer.arrayBuffer());
    if (decodeKrl(bytes).version >= version) return bytes;
    await delay(10);
  }
}
