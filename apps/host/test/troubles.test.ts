import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { endWithUs } from '@writ/testkit/end-with-us';
import { kit, Machine } from './machine.js';
import { installed, interpreter, shells } from './toolbox.js';
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

/** Only root makes a disk. */
if (isRoot) {
  it('on a full disk it says so, to the service, too, and what ends access has room the next time', async () => {
    machine = await Machine.start({ shell });
    const { service, state } = machine;
    const list = join(state, 'revoked_keys');
    const kept = () => readFileSync(list).readBigUInt64BE(12);
    mkdirSync(state);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=24m,mode=755', 'none', state]);
    try {
      await machine.joined();
      expect(statSync(join(state, 'reserve')).size).toBe(1 << 20);
      fill(join(state, 'fill'));
      service.krlVersion += 1;
      expect((await machine.run(['sync'])).status).toBe(4);
      expect(service.reports.at(-1)).toMatchObject({ result: 'step_failed' });
      expect(kept()).toBe(BigInt(service.krlVersion));
      expect(await machine.run(['sync'])).toMatchObject({ status: 0, stderr: '' });

      rmSync(join(state, 'fill'));
      expect(await machine.run(['sync'])).toMatchObject({ status: 0, stderr: '' });
      fill(join(state, 'fill'));
      service.krlVersion += 1;
      const [command, ...first] = interpreter(shell);
      const following = endWithUs(
        spawn(command, [...first, kit, 'follow', '--directory', state], {
          env: { PATH: join(machine.directory, 'bin'), HOME: machine.directory },
          stdio: 'ignore',
        }),
      );
      while (kept() !== BigInt(service.krlVersion)) await service.report();
      following.kill();
      await once(following, 'close');

      // Where there is little, that is everybody's.
      writeFileSync(join(state, 'fill'), Buffer.alloc(12 << 20));
      expect(await machine.run(['sync'])).toMatchObject({ status: 0, stderr: '' });
      expect(existsSync(join(state, 'reserve'))).toBe(false);
      rmSync(join(state, 'fill'));
      expect(await machine.run(['sync'])).toMatchObject({ status: 0, stderr: '' });
      expect(existsSync(join(state, 'reserve'))).toBe(true);
    } finally {
      execFileSync('umount', ['--lazy', state]);
    }
  }, 60_000);
} else {
  it('says that only root makes a disk that is full', () => {
    machine = { stop: () => Promise.resolve() } as Machine;
    process.stderr.write('Not tried, because only root can: a disk that is full\n');
  });
}

/** Writes until nothing more goes on the disk. */
function fill(file: string): void {
  for (const size of [1 << 16, 1 << 12, 1]) {
    try {
      for (;;) appendFileSync(file, Buffer.alloc(size));
    } catch (error) {
      expect((error as NodeJS.ErrnoException).code).toBe('ENOSPC');
    }
  }
}

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
