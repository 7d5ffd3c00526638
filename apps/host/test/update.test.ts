import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { endWithUs } from '@writ/testkit/end-with-us';
import { sha256 } from './bundle.js';
import { kit, Machine } from './machine.js';
import { installed, interpreter, shells } from './toolbox.js';

const shell = installed(shells)[0] ?? 'dash';
const now = readFileSync(kit, 'utf8');
const later = now.replace(/^kit_version=.*$/m, 'kit_version=9.9.9');

let machine: Machine;
beforeAll(async () => {
  machine = await (await Machine.start({ shell })).joined();
});
afterAll(() => machine.stop());

const offer = (text: string) => {
  machine.service.before = (_, path) => (path === '/writ-host' ? { status: 200, body: text } : undefined);
};
const update = (text: string, env: NodeJS.ProcessEnv = {}) =>
  machine.run(['update', '--sha256', sha256(text)], '', env);

it('a kit that is not the one named is not taken, nor one that is none', async () => {
  offer(later);
  const said = await update(now.replace('kit_version', 'kit_versiom'));
  expect(said.status).toBe(7);
  expect(said.stderr).toContain('(kit_wrong)');
  for (const text of ['#!/bin/sh\nid\n', `${later}\nif`]) {
    offer(text);
    expect((await update(text)).stderr).toContain('not a host kit');
  }
  expect(machine.read('writ-host')).toBe(now);
  expect(existsSync(join(machine.state, 'writ-host.previous'))).toBe(false);
  expect((await machine.run(['update', '--sha256', 'latest'])).status).toBe(2);
});

it('the kit that is named is taken, also when the update is killed, and reported', async () => {
  offer(later);
  for (const place of ['kit-kept', 'kit-replaced'])
    expect(await update(later, { WRIT_HOST_STOP_AFTER: place })).toMatchObject({ signal: 'SIGKILL' });
  expect(await update(later)).toMatchObject({ status: 0, stderr: '' });
  expect(machine.read('writ-host')).toBe(later);
  machine.service.before = undefined;
  expect((await machine.run(['sync'])).status).toBe(0);
  expect(machine.service.reports.at(-1)).toMatchObject({ kitSha256: sha256(later) });
  expect((await machine.run(['status'])).stdout).toContain(sha256(later));
});

it('goes back to the kit before', async () => {
  expect(await machine.run(['update', '--previous'])).toMatchObject({ status: 0, stderr: '' });
  expect(machine.read('writ-host')).toBe(now);
  expect(machine.read('writ-host.previous')).toBe(later);
});

it('a follower goes on as the kit that took its place, without being started again', async () => {
  const { service } = machine;
  const [command, ...first] = interpreter(shell);
  const own = join(machine.state, 'writ-host');
  const following = endWithUs(
    spawn(command, [...first, own, 'follow', '--directory', machine.state], {
      env: { PATH: join(machine.directory, 'bin'), HOME: machine.directory },
      stdio: 'ignore',
    }),
  );
  const told = async () => {
    await service.holds();
    const reported = service.report();
    service.version += 1;
    service.tell();
    return reported;
  };
  try {
    const before = await told();
    expect(before).not.toMatchObject({ kit: '9.9.9' });
    await service.holds();
    offer(later);
    expect(await update(later)).toMatchObject({ status: 0 });
    service.before = undefined;
    // The request that is held was made by the kit before.
    expect(await told()).toMatchObject({ result: 'ok', kit: before['kit'] });
    expect(await told()).toMatchObject({ result: 'ok', kit: '9.9.9' });
    expect((await machine.run(['follow'])).stderr).toContain('(busy)');
  } finally {
    const ended = once(following, 'close');
    following.kill('SIGTERM');
    await ended;
  }
});
