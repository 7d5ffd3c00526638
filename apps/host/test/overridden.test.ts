import { spawn } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { endWithUs } from '@writ/testkit/end-with-us';
import { kit, Machine } from './machine.js';
import { installed, interpreter, type Shell, shells } from './toolbox.js';
import { treeOf } from './tree.js';

const here = installed(shells);
const shell: Shell = here[0] ?? 'dash';
const sshdPath = process.env['WRIT_SSHD'] ?? '/usr/sbin/sshd';

/** What sshd reads is the judge: each of these includes the file, or none where it cannot be told. */
describe.each(process.env['WRIT_HOST_TESTS'] === 'all' ? here : [shell])('in %s, an Include', (inShell) => {
  let machine: Machine;
  let clean: string;
  beforeAll(async () => {
    machine = await Machine.start({ shell: inShell });
    clean = readFileSync(machine.config, 'utf8');
    for (const name of ['with blank', 'plain']) {
      mkdirSync(join(machine.directory, name));
      writeFileSync(
        join(machine.directory, name, 'a.conf'),
        'Match User nobody\nRevokedKeys /etc/ssh/revoked\n',
      );
    }
  });
  afterAll(() => machine.stop());

  const refused = async (line: string, more: readonly string[] = []): Promise<string> => {
    writeFileSync(machine.config, `${clean}\n${line}\n`);
    const before = treeOf(machine.directory);
    const said = await machine.join(more);
    expect({ line, ...said }).toMatchObject({ line, status: 4, stdout: '' });
    expect(said.stderr).toContain('(sshd_config_conflict)');
    expect(treeOf(machine.directory)).toEqual(before);
    return said.stderr;
  };

  it.each([
    ['with blank', 'Include "%/with blank/*.conf"'],
    ['with blank', "Include '%/with blank/a.conf'"],
    ['with blank', 'Include %/with\\ blank/[a-b].conf # no more'],
    ['with blank', '\t"INCLUDE" %/no*ne "%"\'/with bl\'ank/?.conf'],
    ['plain', 'include=%/plain/*'],
    ['plain', 'Include "%/none" %/plain/a.conf'],
  ])('of a file in a directory %s is followed as sshd does: %s', async (where, line) => {
    const { directory } = machine;
    const stderr = await refused(line.replaceAll('%', directory));
    expect(stderr).toContain(`${directory}/${where}/a.conf:2: RevokedKeys /etc/ssh/revoked`);
    expect(stderr).not.toContain('cannot be told');
  });

  it.each(['Inc"lude" %/plain/a.conf', 'Include %/pl\\ain/a.conf', '=Include %/plain/a.conf'])(
    'that cannot be told for certain stops the join: %s',
    async (line) => {
      expect(await refused(line.replaceAll('%', machine.directory))).toMatch(
        /sshd_config:\d+: cannot be told for certain/,
      );
    },
  );

  it('that was not found, of a file that sshd says it reads, stops the join', async () => {
    const wrapper = join(machine.directory, 'sshd');
    const says = "printf 'debug2: load_server_config: filename /etc/ssh/hidden.conf\\r\\n' >&2";
    writeFileSync(wrapper, `#!/bin/sh\n${says}\nexec ${sshdPath} "$@"\n`);
    chmodSync(wrapper, 0o755);
    expect(await refused('', ['--sshd', wrapper])).toContain('/etc/ssh/hidden.conf: sshd reads this file');
  });
});

it('what goes before the lines of the kit for some addresses is never ok, and the service hears of it', async () => {
  const machine = await (await Machine.start({ shell })).joined();
  const clean = readFileSync(machine.config, 'utf8');
  const more = join(machine.directory, 'with blank');
  mkdirSync(more);
  writeFileSync(join(more, 'a.conf'), 'Match Address 192.0.2.0/24\n\tRevokedKeys /dev/null\n');
  appendFileSync(machine.config, `\nInclude "${more}/*.conf"\n`);
  const said = await machine.run(['sync']);
  expect(said.status).toBe(8);
  expect(said.stderr).toContain(`${more}/a.conf:2: RevokedKeys /dev/null`);
  const report = machine.service.reports.at(-1);
  expect(report).toMatchObject({ result: 'sshd_overridden' });
  expect(report?.['words']).toContain('a.conf:2: RevokedKeys /dev/null');
  const status = await machine.run(['status']);
  expect(status.status).toBe(8);
  expect(status.stdout).toContain(`  ${more}/a.conf:2: RevokedKeys /dev/null`);
  writeFileSync(machine.config, clean);
  expect(await machine.run(['sync'])).toMatchObject({ status: 0, stderr: '' });
  expect(machine.service.reports.at(-1)).toMatchObject({ result: 'ok' });
  await machine.stop();
});

it('what goes before the lines of the kit is not forgotten where something else fails first: sshd is told again without it', async () => {
  const machine = await (await Machine.start({ shell })).joined();
  const { service, sshd } = machine;
  service.takesStatements = true;
  const clean = readFileSync(machine.config, 'utf8');
  appendFileSync(machine.config, '\nMatch Address 192.0.2.0/24\n\tRevokedKeys /dev/null\n');
  const read = sshd.lineCount();
  process.kill(sshd.pid, 'SIGHUP');
  await sshd.logged(/^Server listening on/, read);
  service.cut = [];
  service.cutInstead = () => 'nothing that is one';
  service.cutNumber += 1;
  const said = await machine.run(['sync']);
  expect(said.status).toBe(7);
  expect(said.stderr).toContain('(cut_unreadable)');
  expect(service.statements).toEqual([]);
  writeFileSync(machine.config, clean);
  service.cutInstead = undefined;
  const before = sshd.lineCount();
  expect(await machine.run(['sync'])).toMatchObject({ status: 0, stderr: '' });
  await sshd.logged(/^Received SIGHUP/, before);
  expect(service.statements).toHaveLength(1);
  await machine.stop();
});

it('what goes before the lines of the kit for some addresses keeps nothing new waiting', async () => {
  const machine = await (await Machine.start({ shell })).joined();
  const { directory, service } = machine;
  appendFileSync(machine.config, '\nMatch Address 192.0.2.0/24\n\tRevokedKeys /dev/null\n');
  const sleep = join(directory, 'bin/sleep');
  const rests = join(directory, 'rests');
  rmSync(sleep);
  writeFileSync(sleep, `#!/bin/sh\necho "$1" >>'${rests}'\n`);
  chmodSync(sleep, 0o755);
  const [command, ...first] = interpreter(shell);
  const following = endWithUs(
    spawn(command, [...first, kit, 'follow', '--directory', machine.state], {
      env: { PATH: join(directory, 'bin'), HOME: directory },
      stdio: 'ignore',
    }),
  );
  try {
    await service.holds();
    for (let news = 0; news < 5; news += 1) {
      service.krlVersion += 1;
      const reported = service.report();
      service.tell();
      expect(await reported).toMatchObject({ result: 'sshd_overridden' });
      await service.holds();
    }
    // Rests that grow: the fifth would be 8 seconds or more.
    const seconds = readFileSync(rests, 'utf8').split('\n').map(Number);
    expect(Math.max(...seconds)).toBeLessThanOrEqual(2);
  } finally {
    following.kill('SIGKILL');
    await machine.stop();
  }
});

it('a join does not keep others waiting while it looks through the files of logins', async () => {
  const machine = await Machine.start({ shell });
  const { directory, state } = machine;
  const head = join(directory, 'bin/head');
  const seen = join(directory, 'seen');
  const real = readlinkSync(head);
  rmSync(head);
  writeFileSync(
    head,
    `#!/bin/sh\ncase " $* " in *" ${directory}/authorized_keys "*) for each in '${state}'/*; do echo "\${each##*/}" >>'${seen}'; done ;; esac\nexec ${real} "$@"\n`,
  );
  chmodSync(head, 0o755);
  await machine.joined();
  expect(existsSync(seen)).toBe(true);
  const names = readFileSync(seen, 'utf8').split('\n');
  expect(names).toContain('host');
  expect(names).not.toContain('lock');
  await machine.stop();
});
