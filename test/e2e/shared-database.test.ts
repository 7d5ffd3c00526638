import { existsSync } from 'node:fs';
import { emptyInstallation, initialize, owner, type Installation } from '../service/installation.js';
import { signIn } from '../service/person.js';
import { startService, type ServiceProcess } from '../service/service.js';
import { startSomebodysServer, type SomebodysServer } from '../service/somebodys-server.js';

/** Whole processes, one after the other, on a machine that may have other things to do (ms). */
const patience = 180_000;

describe('several state directories on one database', () => {
  let server: SomebodysServer;
  const installations: Installation[] = [];
  const services: ServiceProcess[] = [];

  const directory = (): Installation => {
    const made = emptyInstallation({ WRIT_DATABASE_URL: server.url });
    installations.push(made);
    return made;
  };
  const serve = async (installation: Installation): Promise<ServiceProcess> => {
    const service = await startService(installation);
    services.push(service);
    await service.ready();
    return service;
  };
  const roles = async (): Promise<unknown[]> =>
    server.ask(`select rolname from pg_roles where rolname like 'writ\\_%\\_%' order by 1`);

  beforeAll(async () => {
    server = await startSomebodysServer();
  }, patience);
  afterEach(async () => {
    for (const service of services.splice(0)) await service.kill();
    for (const installation of installations.splice(0)) await installation.remove();
    await server.loseDatabase();
  }, patience);
  afterAll(() => server.stop());

  it(
    'a second init is refused and changes nothing: the service goes on',
    async () => {
      const first = directory();
      await initialize(first);
      const service = await serve(first);
      await signIn(service.url);
      const before = await roles();
      const second = directory();
      const words = ['init', '--org', 'other', '--names', '*.other.example', '--owner', 'bo'];
      const refused = await second.run(words, { WRIT_OWNER_PASSWORD: owner.password });
      expect(refused.status).toBe(51);
      expect(existsSync(second.stateDirectory)).toBe(false);
      expect(await roles()).toEqual(before);
      await signIn(service.url);
    },
    patience,
  );
});
