import { Machine } from './machine.js';
import { selfSigned } from './self-signed.js';
import { fetchers, installed, shells } from './toolbox.js';

const shell = installed(shells)[0] ?? 'dash';

describe.each(installed(fetchers))('with %s, a service whose certificate nobody vouches for', (fetcher) => {
  let machine: Machine;
  beforeEach(async () => {
    machine = await Machine.start({ shell, fetcher, tls: selfSigned() });
  });
  afterEach(() => machine.stop());

  const isNotReached = async (token: string) => {
    const said = await machine.join([], token);
    expect(said.status).toBe(5);
    expect(said.stderr).toContain('(service_not_reached)');
    expect(machine.service.requests).toEqual([]);
  };

  it('is believed when the token pins its key', async () => {
    expect(await machine.join()).toMatchObject({ status: 0, stderr: '' });
    expect(await machine.logsIn()).toBe(true);
    machine.service.expireTokens();
    expect(await machine.run(['sync'])).toMatchObject({ status: 0, stderr: '' });
  });

  it('gets nothing when the token pins no key', async () => {
    await isNotReached(machine.service.token.replace(machine.service.pin, '-'));
  });

  it('gets nothing when the token pins another key', async () => {
    await isNotReached(machine.service.token.replace(machine.service.pin, selfSigned().pin));
  });
});
