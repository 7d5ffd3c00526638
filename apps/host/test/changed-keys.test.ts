import { execFileSync } from 'node:child_process';
import { lstatSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Machine } from './machine.js';

/** Replaces a host key, or makes one; its public line without the comment. */
function newKey(path: string, type: string): string {
  rmSync(path, { force: true });
  execFileSync('ssh-keygen', ['-q', '-t', type, '-N', '', '-f', path]);
  return readFileSync(`${path}.pub`, 'utf8').split(' ').slice(0, 2).join(' ');
}

describe.each([
  ['dash', false],
  ['busybox', true],
] as const)('in %s, a joined host whose keys change', (shell, dropins) => {
  let machine: Machine;
  beforeAll(async () => {
    machine = await (
      await Machine.start({ shell, dropins, fetcher: 'curl', hostKeys: ['ed25519', 'ecdsa'] })
    ).joined();
  });
  afterAll(() => machine.stop());

  const keyOf = (type: string): string => join(machine.directory, `ssh_host_${type}_key`);
  const sync = () => machine.run(['sync']);
  const change = (): void => void (machine.service.version += 1);
  const certificateLines = (): number =>
    readFileSync(dropins ? machine.dropin : machine.config, 'utf8').match(/^HostCertificate /gm)?.length ?? 0;
  const complaints = (): string =>
    execFileSync(process.env['WRIT_SSHD'] ?? '/usr/sbin/sshd', ['-t', '-f', machine.config], {
      encoding: 'utf8',
    });

  it('waits with a replaced one for approval, says so, and works on', async () => {
    newKey(keyOf('ed25519'), 'ed25519');
    machine.service.principals = { ...machine.service.principals, other: ['webadmin'] };
    change();
    const said = await sync();
    expect(said).toMatchObject({
      status: 6,
      stderr: expect.stringContaining('(host_keys_waiting)') as string,
    });
    expect(said.stderr).toContain('writ host approve web-1.acme.example --fingerprint SHA256:');
    expect(machine.service.reports.at(-1)).toMatchObject({ result: 'host_keys_waiting' });
    expect(machine.read('current/principals/other')).toBe('role:webadmin\n');
    machine.service.expireTokens();
    // By the other one, which is on record still.
    expect((await sync()).status).toBe(6);
    expect(await machine.logsIn()).toBe(true);
  });

  it('is told where they are refused, and works on', async () => {
    machine.service.changedKeys = 'refused';
    change();
    const said = await sync();
    expect(said).toMatchObject({
      status: 6,
      stderr: expect.stringContaining('(host_keys_refused)') as string,
    });
    expect(machine.service.reports.at(-1)).toMatchObject({ result: 'host_keys_refused' });
    expect(await machine.logsIn()).toBe(true);
  });

  it('goes on with it once it is approved', async () => {
    machine.service.changedKeys = 'accepted';
    change();
    expect(await sync()).toMatchObject({ status: 0, stderr: '' });
    expect(machine.service.reports.at(-1)).toMatchObject({ result: 'ok' });
    expect(complaints()).toBe('');
    expect(await machine.logsIn('webadmin', ['HostKeyAlgorithms=ssh-ed25519-cert-v01@openssh.com'])).toBe(
      true,
    );
  });

  it('gets a certificate for one more, and sshd is told of it', async () => {
    newKey(join(machine.directory, 'more_key'), 'ed25519');
    const config = readFileSync(machine.config, 'utf8');
    writeFileSync(machine.config, `${config}HostKey ${machine.directory}/more_key\n`);
    change();
    expect(await sync()).toMatchObject({ status: 0, stderr: '' });
    expect(certificateLines()).toBe(3);
    expect(complaints()).toBe('');
    writeFileSync(machine.config, readFileSync(machine.config, 'utf8').replace(/^HostKey .*more_key\n/m, ''));
    change();
    expect(await sync()).toMatchObject({ status: 0, stderr: '' });
    expect(certificateLines()).toBe(2);
    expect(complaints()).toBe('');
  });

  it('keeps its others in their places when one is revoked', async () => {
    machine.service.revokedKeys = [machine.service.joined?.keys[0] ?? ''];
    change();
    machine.service.expireTokens();
    expect(await sync()).toMatchObject({ status: 0, stderr: '' });
    expect(lstatSync(join(machine.state, 'current/certificates/1')).isSymbolicLink()).toBe(true);
    expect(complaints()).toBe('');
    expect(
      await machine.logsIn('webadmin', ['HostKeyAlgorithms=ecdsa-sha2-nistp256-cert-v01@openssh.com']),
    ).toBe(true);
    const status = await machine.run(['status']);
    expect(status).toMatchObject({
      status: 8,
      stdout: expect.stringContaining('none: this key was revoked') as string,
    });
  });

  it('proves nothing with keys that the service does not know, and leaves what is applied', async () => {
    machine.service.changedKeys = 'waiting';
    machine.service.revokedKeys = [];
    newKey(keyOf('ed25519'), 'ed25519');
    newKey(keyOf('ecdsa'), 'ecdsa');
    machine.service.expireTokens();
    const before = machine.read('current/manifest');
    expect(await sync()).toMatchObject({ status: 6 });
    expect(machine.read('failure')).toContain('host_keys_waiting');
    expect(machine.read('current/manifest')).toBe(before);
    expect(await machine.ordinaryLogsIn()).toBe(true);
  });
});
