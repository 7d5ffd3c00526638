import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { Machine } from './machine.js';
import { find, installed, shells } from './toolbox.js';

const here = installed(shells);

describe.each(here.slice(0, 1))('in %s, what keeps a host up to date', (shell) => {
  let machine: Machine;
  let units: string;
  let cron: string;
  beforeEach(async () => {
    machine = await Machine.start({ shell });
    units = join(machine.directory, 'units');
    cron = join(machine.directory, 'cron.d');
    mkdirSync(units);
    mkdirSync(cron);
  });
  afterEach(() => machine.stop());

  const joinWith = (how: string) =>
    machine.join(['--stay', how, '--unit-directory', units, '--cron-directory', cron]);
  const calls = (): readonly string[] => {
    const log = join(machine.directory, 'systemctl.log');
    return existsSync(log) ? readFileSync(log, 'utf8').trimEnd().split('\n') : [];
  };

  /** A systemctl that writes down what it is asked, and says that systemd runs. */
  function stub(name: string, then = ''): void {
    const path = join(machine.directory, 'bin', name);
    const log = join(machine.directory, `${name}.log`);
    writeFileSync(
      path,
      `#!/bin/sh\nprintf '%s\\n' "$*" >>'${log}'\ncase $1 in is-system-running) echo degraded; exit 1 ;; esac\n${then}\n`,
    );
    chmodSync(path, 0o755);
  }

  it('is systemd, where it runs: units that systemd takes, started at join, gone after leave', async () => {
    stub('systemctl');
    expect(await joinWith('auto')).toMatchObject({ status: 0, stderr: '' });
    const names = readdirSync(units).sort();
    expect(names).toEqual([
      expect.stringMatching(/^writ-host-[0-9a-f]{8}-sync\.service$/),
      expect.stringMatching(/^writ-host-[0-9a-f]{8}-sync\.timer$/),
      expect.stringMatching(/^writ-host-[0-9a-f]{8}\.service$/),
    ]);
    const [, timer, service] = names;
    expect(calls()).toContain(`enable --now ${service} ${timer}`);
    expect(readFileSync(join(units, service ?? ''), 'utf8')).toContain(
      `ExecStart=${machine.state}/writ-host follow --directory ${machine.state}\n`,
    );
    const analyze = find('systemd-analyze');
    if (analyze !== undefined) {
      const paths = names.map((name) => join(units, name));
      expect(
        execFileSync(analyze, ['verify', '--man=no', ...paths], { encoding: 'utf8', stdio: 'pipe' }),
      ).toBe('');
    }
    expect(await machine.run(['sync'])).toMatchObject({ status: 0, stderr: '' });
    expect(await machine.run(['leave', '--yes'])).toMatchObject({ status: 0, stderr: '' });
    expect(calls()).toContain(`disable --now ${timer} ${service}`);
    expect(calls().at(-1)).toBe('daemon-reload');
    expect([readdirSync(units), readdirSync(cron), existsSync(machine.state)]).toEqual([[], [], false]);
  });

  it('is cron, where systemd refuses or is not', async () => {
    stub('systemctl', 'exit 1');
    stub('cron');
    const said = await joinWith('auto');
    expect(said).toMatchObject({ status: 0, stderr: '' });
    expect(said.stdout).toContain('cron is used instead');
    expect(readdirSync(units)).toEqual([]);
    const [file = ''] = readdirSync(cron);
    const lines = readFileSync(join(cron, file), 'utf8');
    expect(lines).toMatch(
      new RegExp(
        `^[0-9]-59/10 \\* \\* \\* \\* root ${machine.state}/writ-host sync --directory ${machine.state} `,
        'm',
      ),
    );
    expect(await machine.run(['leave', '--yes'])).toMatchObject({ status: 0, stderr: '' });
    expect([readdirSync(cron), existsSync(machine.state)]).toEqual([[], false]);
  });

  it('is nothing, where there is neither, and that is said with what to do', async () => {
    const said = await joinWith('auto');
    expect(said).toMatchObject({ status: 0, stderr: '' });
    expect(said.stdout).toContain(`${machine.state}/writ-host follow --directory ${machine.state}`);
    expect([readdirSync(units), readdirSync(cron)]).toEqual([[], []]);
  });

  it('is shown beforehand, and is nobody’s business in another directory unless it is asked for', async () => {
    symlinkSync('/bin/true', join(machine.directory, 'bin/cron'));
    const options = ['--unit-directory', units, '--cron-directory', cron];
    expect((await machine.join(['--dry-run', '--stay', 'cron', ...options])).stdout).toContain(
      `A new file ${cron}/writ-host-`,
    );
    expect(await machine.join(options)).toMatchObject({ status: 0, stderr: '' });
    expect([readdirSync(units), readdirSync(cron)]).toEqual([[], []]);
    expect(await machine.run(['join', '--stay', 'sometimes'])).toMatchObject({ status: 2 });
  });
});
