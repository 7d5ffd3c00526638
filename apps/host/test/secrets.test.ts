import { chmodSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Machine } from './machine.js';
import { fetchers, installed, shells } from './toolbox.js';

const shell = installed(shells)[0] ?? 'dash';

/** Puts a script in the place of every program, which writes down its arguments and its environment first. */
function record(bin: string, log: string): void {
  for (const name of readdirSync(bin)) {
    const real = readlinkSync(join(bin, name));
    rmSync(join(bin, name));
    writeFileSync(
      join(bin, name),
      [
        '#!/bin/sh',
        `{ printf '%s\\n' '${name}' "$@"; tr '\\0' '\\n' </proc/self/environ; } >>'${log}'`,
        `PATH=/usr/bin:/bin exec '${real}' "$@"`,
        '',
      ]
        .join('\n')
        .replace('tr ', '/usr/bin/tr '),
    );
    chmodSync(join(bin, name), 0o755);
  }
}

it.each(installed(fetchers))(
  'no secret is an argument or in the environment of any program, with %s',
  async (fetcher) => {
    const machine = await Machine.start({ shell, fetcher });
    const log = join(machine.directory, 'log');
    record(join(machine.directory, 'bin'), log);
    expect((await machine.join()).status).toBe(0);
    const first = machine.read('token').trim();
    machine.service.expireTokens();
    machine.service.version += 1;
    expect((await machine.run(['sync'])).status).toBe(0);
    const second = machine.read('token').trim();
    const seen = readFileSync(log, 'utf8');
    expect(seen).toContain(fetcher);
    expect(seen).toContain('ssh-keygen\n-Y\nsign\n');
    for (const secret of [machine.service.secret, first, second]) {
      expect(secret.length).toBeGreaterThan(40);
      expect(seen).not.toContain(secret);
    }
    await machine.stop();
  },
);

it('nothing that the kit leaves can be read by others and holds a secret', async () => {
  const machine = await (await Machine.start({ shell })).joined();
  const names = readdirSync(machine.state, { recursive: true, encoding: 'utf8' });
  const holds = names.filter((name) => {
    try {
      const text = machine.read(name);
      return text.includes(machine.service.secret) || text.includes(machine.read('token').trim());
    } catch {
      return false;
    }
  });
  expect(holds).toEqual(['token']);
  await machine.stop();
});
