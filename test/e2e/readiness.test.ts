import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { CodedError } from '@writ/kernel';
import { formatPublicKeyLine, publicKeyFromObject } from '@writ/openssh/key';
import { openHighWater } from '@writ/storage';
import { Client } from 'pg';
import { startTestService, type TestService } from './service.js';

describe('/readyz', () => {
  let service: TestService;
  beforeAll(async () => {
    service = await startTestService();
  });
  afterAll(() => service.stop());

  const ready = (url = service.url) => answerOf(`${url}/readyz`);
  const answerOf = async (url: string): Promise<{ status: number; code?: string }> => {
    const answer = await fetch(url);
    const text = await answer.text();
    const { code } = text.startsWith('{') ? (JSON.parse(text) as { code?: string }) : {};
    return { status: answer.status, ...(code === undefined ? {} : { code }) };
  };
  const unavailable = { status: 503, code: 'storage_unavailable' };

  it('says yes when all works', async () => {
    expect(await ready()).toEqual({ status: 200 });
  });

  it('says no while the service’s role sees nothing, and every sign-in would fail', async () => {
    const { database } = service;
    const to = (role: 'owner' | 'app') =>
      service.ask(`alter policy organization_scope on organization_profiles to "${database.roleName(role)}"`);
    await to('owner');
    expect(await ready()).toEqual(unavailable);
    await to('app');
    expect(await ready()).toEqual({ status: 200 });
  });

  it('says no while the recorder may not write', async () => {
    const recorder = service.database.roleName('recorder');
    await service.ask(`revoke insert on certificates from "${recorder}"`);
    expect(await ready()).toEqual(unavailable);
    await service.ask(`grant insert on certificates to "${recorder}"`);
    expect(await ready()).toEqual({ status: 200 });
  });

  it('says no while the high-water file cannot be written or the signer cannot sign', async () => {
    const { highWater } = service.adapters;
    const refuse = (code: string) => () => Promise.reject(new CodedError(code, 'No.'));
    const unwritable = { ...highWater, ready: refuse('state_dir_unusable') };
    expect(await ready(await service.another({ highWater: unwritable }))).toEqual(unavailable);
    const signerReady = refuse('signer_unavailable');
    expect(await ready(await service.another({ signerReady }))).toEqual({
      status: 503,
      code: 'signer_unavailable',
    });
  });

  it('says no, as everything does, when the database was put back: every process on it holds back', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'writ-put-back-'));
    const until = async (holds: () => boolean | Promise<boolean>): Promise<void> => {
      for (const end = Date.now() + 20_000; !(await holds()); await delay(10))
        if (Date.now() > end) throw new Error('it did not come to be so');
    };
    // Another one has published nothing itself, and a third starts when all is over: it has heard of nothing.
    const highWater = await openHighWater(directory);
    const other = await service.another({ highWater });
    const { accessToken } = await service.signIn();
    const params = { organization: service.handle };
    const revoke = () => {
      const key = publicKeyFromObject(generateKeyPairSync('ed25519').publicKey);
      const body = { publicKey: formatPublicKeyLine({ key }), reason: 'test' };
      return service.call('revoke', { accessToken, params, body });
    };
    await until(async () => {
      // Heard of by whoever listens already.
      await revoke();
      return highWater.publishedKrl(service.organizationId) !== undefined;
    });
    const krl = (url: string) => answerOf(`${url}/v1/organizations/${service.handle}/krl`);
    expect(await krl(other)).toEqual({ status: 200 });

    const putBack = { status: 503, code: 'database_put_back' };
    await service.ask('delete from krls');
    for (const url of [service.url, other]) expect(await krl(url)).toEqual(putBack);
    await expect(revoke()).rejects.toMatchObject({ problem: putBack });
    expect(await ready()).toEqual({ status: 200 });
    // As a database does that is put in place of another.
    const listeners = `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'writ changes'`;
    const client = new Client(service.database.connection('app'));
    await client.connect();
    await client.query(listeners);
    await client.end();
    for (const url of [service.url, other]) await until(async () => (await ready(url)).status === 503);
    const empty = await openHighWater(await mkdtemp(join(directory, 'third-')));
    const third = await service.another({ highWater: empty });
    for (const url of [service.url, other, third]) {
      expect([await ready(url), await krl(url)]).toEqual([putBack, putBack]);
      expect(await answerOf(`${url}/healthz`)).toEqual({ status: 200 });
    }
    await expect(service.signIn()).rejects.toMatchObject({ problem: putBack });
    // That the three hold back each says once, however many it refuses.
    const said = service.log.filter(
      ({ msg, err }) => msg === 'request failed' && JSON.stringify(err).includes('database_put_back'),
    );
    expect(said.length).toBeLessThanOrEqual(3);
    await rm(directory, { recursive: true });
  });
});
