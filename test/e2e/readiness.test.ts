import { CodedError } from '@writ/kernel';
import { startTestService, type TestService } from './service.js';

describe('/readyz', () => {
  let service: TestService;
  beforeAll(async () => {
    service = await startTestService();
  });
  afterAll(() => service.stop());

  const ready = async (url = service.url): Promise<{ status: number; code?: string }> => {
    const answer = await fetch(`${url}/readyz`);
    const { code } = (await answer.json()) as { code?: string };
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
});
