import { Machine } from './machine.js';
import { fetchers, installed, shells } from './toolbox.js';

const cases = installed(shells).flatMap((shell) =>
  installed(fetchers).map((fetcher) => ({ shell, fetcher })),
);

describe.each(cases)('in $shell, with $fetcher', ({ shell, fetcher }) => {
  let machine: Machine;
  beforeAll(async () => {
    machine = await Machine.start({ shell, fetcher, hostKeys: ['ed25519', 'ecdsa', 'rsa'] });
  });
  afterAll(() => machine.stop());

  it('a host joins, and a certificate of a role logs in without a question', async () => {
    const said = await machine.join();
    expect(said).toMatchObject({ status: 0, stderr: '' });
    expect(said.stdout).toContain('web-1.acme.example');
    expect(await machine.logsIn()).toBe(true);
    expect(await machine.logsIn('other')).toBe(false);
    expect(await machine.ordinaryLogsIn()).toBe(true);
  });

  it.each(['ssh-ed25519', 'ecdsa-sha2-nistp256', 'rsa-sha2-512'])(
    'it has a certificate for its %s key',
    async (type) => {
      expect(await machine.logsIn('webadmin', [`HostKeyAlgorithms=${type}-cert-v01@openssh.com`])).toBe(true);
    },
  );

  it('a role that is taken away is refused after the next sync', async () => {
    machine.service.principals = { root: ['other'] };
    machine.service.version += 1;
    expect(await machine.logsIn()).toBe(true);
    expect(await machine.run(['sync'])).toMatchObject({ status: 0, stderr: '' });
    expect(await machine.logsIn()).toBe(false);
    expect(await machine.ordinaryLogsIn()).toBe(true);
  });
});
