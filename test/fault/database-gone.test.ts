import { withDatabase } from '../service/database.js';
import { makeInstallation, type Installation } from '../service/installation.js';
import { firstPerson, type Person } from '../service/person.js';
import { signal } from '../service/processes.js';
import { startService, type ServiceProcess } from '../service/service.js';
import { ask } from './clients.js';
import { missingFrom } from './in-database.js';
import { Received } from './received.js';

describe('the database goes away in the middle of a request', () => {
  let installation: Installation;
  let service: ServiceProcess;
  let who: Person;

  beforeAll(async () => {
    installation = await makeInstallation();
    service = await startService(installation);
    await service.ready();
    who = await firstPerson(service.url);
  });
  afterAll(async () => {
    await service?.kill();
    await installation?.remove();
  });

  /** Asks for certificates that wait for a lock; then `strike` happens to PostgreSQL. Their answers. */
  async function askAndStrike(strike: () => void): Promise<Awaited<ReturnType<typeof ask>>[]> {
    return withDatabase(installation, async (client) => {
      await client.query('begin; lock table certificates in access exclusive mode');
      const answers = Promise.all(Array.from({ length: 8 }, () => ask(service.url, who)));
      const waiting = `select 1 from pg_locks where relation = 'certificates'::regclass and not granted`;
      while ((await client.query(waiting)).rowCount === 0) await Promise.resolve();
      strike();
      return answers;
    });
  }

  async function issuesAgain(): Promise<void> {
    await service.ready();
    const received = new Received();
    const answer = await ask(service.url, who);
    expect(answer).toMatchObject({ status: 201 });
    if (answer.status !== null && answer.certificate !== null) received.add(answer.certificate);
    expect(await missingFrom(installation, received.all(), new Map())).toEqual([]);
  }

  it('answers 503 with a code and no certificate when it is killed, and issues again without a restart', async () => {
    const answers = await askAndStrike(() => signal(service.postmaster(), 'SIGKILL'));
    for (const answer of answers)
      expect(answer).toEqual({ status: 503, code: 'storage_unavailable', certificate: null });
    await issuesAgain();
  });

  it('does the same when all of it freezes', async () => {
    const frozen: number[] = [];
    const answers = await askAndStrike(() => {
      frozen.push(service.postmaster(), ...service.backends());
      for (const pid of frozen) signal(pid, 'SIGSTOP');
    });
    for (const answer of answers)
      expect(answer).toMatchObject({ status: 503, certificate: null, code: expect.any(String) as string });
    await issuesAgain();
  }, 120_000);
});
