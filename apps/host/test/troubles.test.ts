import { chmodSync, existsSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Machine } from './machine.js';
import { installed, shells } from './toolbox.js';
import { treeOf } from './tree.js';

const shell = installed(shells)[0] ?? 'dash';
const isRoot = process.getuid?.() === 0;

let machine: Machine;
afterEach(() => machine.stop());

/** The kit where a directory cannot be written: root may write anywhere but on what is mounted read-only. */
async function readOnly<T>(path: string, work: (through: readonly string[]) => Promise<T>): Promise<T> {
  if (isRoot) {
    const script = `/bin/mount --bind '${path}' '${path}' && /bin/mount -o remount,ro,bind '${path}' && exec "$@"`;
    return work(['/usr/bin/unshare', '--mount', '--propagation', 'private', '/bin/sh', '-c', script, 'sh']);
  }
  chmodSync(path, 0o555);
  try {
    return await work([]);
  } finally {
    chmodSync(path, 0o755);
  }
}

it('where its directory cannot be written, nothing changes, and that is said', async () => {
  machine = await (await Machine.start({ shell })).joined();
  machine.service.version += 1;
  const before = treeOf(machine.state);
  const said = await readOnly(machine.state, (through) => machine.run(['sync'], '', {}, through));
  expect(said.status).toBe(4);
  expect(said.stderr).toContain('(state_not_writable)');
  expect(treeOf(machine.state)).toEqual(before);
  expect(await machine.logsIn()).toBe(true);
  expect(await machine.run(['sync'])).toMatchObject({ status: 0, stderr: '' });
});

it('where sshd_config cannot be written, it stays as it is, and the join can be finished', async () => {
  machine = await Machine.start({ shell, dropins: true });
  const drops = join(machine.directory, 'sshd_config.d');
  const own = ['--sshd-config', machine.config, '--sshd', process.env['WRIT_SSHD'] ?? '/usr/sbin/sshd'];
  const said = await readOnly(drops, (through) =>
    machine.run(['join', ...own], `${machine.service.token}\n`, {}, through),
  );
  expect(said.status).toBe(4);
  expect(said.stderr).toContain('(sshd_config_not_writable)');
  expect(existsSync(machine.dropin)).toBe(false);
  expect(await machine.ordinaryLogsIn()).toBe(true);
  expect(await machine.run(['sync'])).toMatchObject({ status: 0, stderr: '' });
  expect(await machine.logsIn()).toBe(true);
});

it('an sshd that does not answer after a reload gets back what it had', async () => {
  machine = await (await Machine.start({ shell })).joined();
  const current = readlinkSync(join(machine.state, 'current'));
  // What asks sshd for an answer gets one before the reload, and none after it.
  const keyscan = join(machine.directory, 'bin/ssh-keyscan');
  const real = readlinkSync(keyscan);
  rmSync(keyscan);
  writeFileSync(
    keyscan,
    `#!/bin/sh\n[ ! -e '${machine.state}/reload' ] && [ -e '${machine.state}/versions/2' ] && exit 1\nexec ${real} "$@"\n`,
  );
  chmodSync(keyscan, 0o755);
  machine.service.version += 1;
  machine.service.hostValidity = '-10m:+20d';
  const said = await machine.run(['sync']);
  expect(said).toMatchObject({ status: 8 });
  expect(said.stderr).toContain('sshd does not answer a connection any more');
  expect(readlinkSync(join(machine.state, 'current'))).toBe(current);
  expect(machine.service.reports.at(-1)).toMatchObject({ result: 'sshd_refuses', bundle: '1' });
  rmSync(keyscan);
  symlinkSync(real, keyscan);
  expect(await machine.run(['sync'])).toMatchObject({ status: 0, stderr: '' });
  expect(await machine.logsIn()).toBe(true);
});

it('a clock that is a day off stops nothing, and is told', async () => {
  machine = await (await Machine.start({ shell })).joined();
  const date = join(machine.directory, 'bin/date');
  const real = readlinkSync(date);
  rmSync(date);
  writeFileSync(date, `#!/bin/sh\nexec ${real} -d '+1 day' "$@"\n`);
  chmodSync(date, 0o755);
  machine.service.expireTokens();
  machine.service.version += 1;
  machine.service.principals = { [machine.login]: ['second'] };
  expect(await machine.run(['sync'])).toMatchObject({ status: 0, stderr: '' });
  expect(await machine.logsIn('second')).toBe(true);
  const ahead = Number(machine.service.reports.at(-1)?.['clock']) - Date.now() / 1000;
  expect(Math.round(ahead / 3600)).toBe(24);
});
