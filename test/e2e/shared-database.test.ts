import { cpSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { emptyInstallation, initialize, owner, type Installation } from '../service/installation.js';
import { callAs, firstPerson, issueRequest, signIn, type Person } from '../service/person.js';
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
  /** A second process is given the first one's state directory: its secret and its database logins. */
  const copyOf = (first: Installation): Installation => {
    const second = directory();
    cpSync(first.stateDirectory, second.stateDirectory, { recursive: true });
    return second;
  };
  const issue = async (service: ServiceProcess, who: Person, count: number): Promise<bigint[]> => {
    const serials: bigint[] = [];
    for (let n = 0; n < count; n++) {
      const { body } = issueRequest(who);
      const params = { organization: who.organization };
      const issued = await callAs(service.url, who, 'issueUserCertificate', { params, body });
      serials.push(BigInt(issued.id.replace('user:', '')));
    }
    return serials;
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

  it(
    'a restore after the database was lost gives no serial out again, whichever directory took it',
    async () => {
      const first = directory();
      await initialize(first);
      const second = copyOf(first);
      const one = await serve(first);
      const who = await firstPerson(one.url);
      const given = await issue(one, who, 3);
      const backup = join(first.directory, 'backup');
      expect(await first.run(['backup', backup])).toMatchObject({ status: 0 });
      const two = await serve(second);
      given.push(...(await issue(two, who, 40)));
      await one.kill();
      // The second one still runs, elsewhere as it were.
      for (const words of [['restore', backup, '--replace'], ['rewrap']]) {
        const early = await first.run(words);
        expect([early.status, early.stderr]).toEqual([33, expect.stringContaining('[database_in_use]')]);
      }
      await two.kill();
      await server.loseDatabase();

      const unsure = await first.run(['restore', backup]);
      expect([unsure.status, unsure.stderr]).toEqual([
        63,
        expect.stringContaining('Other state directories'),
      ]);
      expect(await first.run(['restore', backup, '--skip-unknown'])).toMatchObject({ status: 0 });
      const again = await serve(first);
      const after = await issue(again, { ...who, ...(await signIn(again.url)) }, 3);
      const highest = given.reduce((a, b) => (a > b ? a : b));
      for (const serial of after) expect(serial).toBeGreaterThan(highest);
      const [gap] = await server.ask<{ to: string }>(
        `select max(serial_to)::text as to from revocations where serial_from <= ${given[3]}`,
      );
      expect(BigInt(gap?.to ?? 0)).toBeGreaterThan(highest);
    },
    patience,
  );
});
