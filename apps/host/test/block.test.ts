import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { Machine } from './machine.js';
import { installed, shells } from './toolbox.js';
import { treeOf } from './tree.js';

// Texts and files: with WRIT_HOST_TESTS=all in every shell.
const here = process.env['WRIT_HOST_TESTS'] === 'all' ? installed(shells) : installed(shells).slice(0, 1);
const begin = '# BEGIN writ-host\n';
const end = '# END writ-host\n';

describe.each(here)('in %s, the block in sshd_config', (shell) => {
  let machine: Machine;
  let original: string;
  let joined: string;
  beforeAll(async () => {
    // Where the kit were wrong, this sshd must not be told to read what it made of its configuration.
    machine = await Machine.start({ shell, config: ['PidFile none'] });
    original = readFileSync(machine.config, 'utf8');
    joined = readFileSync((await machine.joined()).config, 'utf8');
  });
  afterAll(() => machine.stop());
  const config = () => readFileSync(machine.config, 'latin1');
  const put = (text: string) => writeFileSync(machine.config, text, 'latin1');

  it.each<[string, string, (text: string) => string]>([
    ['its END is gone', '1: ', (text) => text.replace(end, '')],
    ['its BEGIN is gone', '6: ', (text) => text.replace(begin, '')],
    ['its BEGIN is indented', '1,7: ', (text) => ` ${text}`],
    ['its END has more words', '1,7: ', (text) => text.replace(end, '# END writ-host, mine below\n')],
    ['it has two BEGINs', '1,2,8: ', (text) => begin + text],
    ['there are two of it', '1,7,8,14: ', (text) => text.slice(0, text.indexOf(original)) + text],
    ['it is upside down', '1,2,8,9: ', (text) => end + text.replace(end, end + begin)],
    ['somebody wrote into it', '2: ', (text) => text.replace(begin, `${begin}ClientAliveInterval 60\n`)],
    ['somebody’s certificate is in it', '7: ', (text) => text.replace(end, `HostCertificate /etc/x\n${end}`)],
  ])('is not touched by leave where %s, and that is said', async (_, lines, spoil) => {
    put(spoil(joined));
    const spoilt = config();
    const before = treeOf(machine.state, ['failure']);
    const said = await machine.run(['leave', '--yes']);
    expect(said).toMatchObject({ status: 4 });
    expect(said.stderr).toContain(`${machine.config}:${lines}`);
    expect(said.stderr).toContain('(sshd_block_changed)');
    expect(treeOf(machine.state, ['failure'])).toEqual(before);
    expect(config()).toBe(spoilt);
  });

  it('is not touched by sync where it is not whole: what is applied goes on, and it is said', async () => {
    const { service } = machine;
    const spoilt = joined.replace(end, '');
    put(spoilt);
    service.version += 1;
    service.krlVersion += 1;
    service.principals = { [machine.login]: ['webadmin', 'second'] };
    const said = await machine.run(['sync']);
    expect(said).toMatchObject({ status: 4 });
    expect(said.stderr).toContain(`${machine.config}:1: `);
    expect(said.stderr).toContain('(sshd_block_changed)');
    expect(service.reports.at(-1)).toMatchObject({ result: 'sshd_block_changed', bundle: '2' });
    expect((await machine.run(['status'])).stdout).toContain(`Block        ${machine.config}:1: `);
    expect(config()).toBe(spoilt);
    expect(machine.read(`current/principals/${machine.login}`)).toContain('role:second\n');
    expect(machine.read('krl.sum')).toContain(service.reports.at(-1)?.['krl']);
    put(joined);
    expect(await machine.run(['sync'])).toMatchObject({ status: 0, stderr: '' });
  });

  it('is brought up to date where it stands, and all else stays as it is', async () => {
    const above = '# above \xfc\r\n';
    const below = `${original}# below, without an end`;
    const block = joined.slice(0, joined.indexOf(original));
    put(above + block.replace(/^HostCertificate .*\n/m, '').replaceAll('\n', ' \t\r\n') + below);
    expect(await machine.run(['sync'])).toMatchObject({ status: 0, stderr: '' });
    expect(config()).toBe(above + block + below);
    // Nothing to do: the file is not written anew.
    const spaced = config().replace(begin, `${begin.trimEnd()} \t\r\n`).replace(end, `${end.trimEnd()}\r\n`);
    put(spaced);
    expect(await machine.run(['sync'])).toMatchObject({ status: 0, stderr: '' });
    expect(config()).toBe(spaced);
    expect(await machine.run(['leave', '--yes'])).toMatchObject({ status: 0, stderr: '' });
    expect(config()).toBe(above + below);
    expect(existsSync(machine.state)).toBe(false);
    expect(await machine.ordinaryLogsIn()).toBe(true);
  });

  it('that is not whole stops a join before its token is used', async () => {
    put(begin + original);
    const said = await machine.join();
    expect(said).toMatchObject({ status: 4 });
    expect(said.stderr).toContain('(sshd_block_changed)');
    expect(config()).toBe(begin + original);
    expect(existsSync(machine.state)).toBe(false);
    put(original);
  });
});

describe.each(here)('in %s, leaving where sshd is told of our files by somebody else’s lines', (shell) => {
  let machine: Machine;
  afterEach(() => machine.stop());

  /** Says `leave` in vain, and again when `mend` has been done. */
  async function leavesOnlyAfter(places: readonly string[], mend: () => void): Promise<void> {
    const config = readFileSync(machine.config);
    const before = treeOf(machine.state, ['failure']);
    const said = await machine.run(['leave', '--yes']);
    expect(said).toMatchObject({ status: 4 });
    expect(said.stderr).toContain('(sshd_still_told)');
    expect(said.stderr.match(/^ {2}.*$/gm)).toEqual(places.map((place) => `  ${place}`));
    expect(readFileSync(machine.config).equals(config)).toBe(true);
    expect(treeOf(machine.state, ['failure'])).toEqual(before);
    const since = machine.sshd.lineCount();
    process.kill(machine.sshd.pid, 'SIGHUP');
    await machine.sshd.logged(/^Server listening on/, since);
    expect(await machine.ordinaryLogsIn()).toBe(true);
    expect(await machine.logsIn()).toBe(true);
    mend();
    expect(await machine.run(['leave', '--yes'])).toMatchObject({ status: 0, stderr: '' });
    expect(existsSync(machine.state)).toBe(false);
    expect(await machine.ordinaryLogsIn()).toBe(true);
  }

  it('a drop-in that was given another name, and a copy of it', async () => {
    machine = await (await Machine.start({ shell, dropins: true })).joined();
    const names = ['01-writ.conf', '02-writ.conf'].map((name) =>
      join(machine.directory, 'sshd_config.d', name),
    );
    const [renamed = '', copied = ''] = names;
    renameSync(machine.dropin, renamed);
    copyFileSync(renamed, copied);
    await leavesOnlyAfter(
      names.flatMap((name) => [2, 3, 4, 5].map((line) => `${name}:${line}`)),
      () => names.forEach((name) => rmSync(name)),
    );
  });

  it('a line below the block, in a Match, and a comment', async () => {
    machine = await (await Machine.start({ shell })).joined();
    const own = readFileSync(machine.config, 'utf8');
    const line = own.split('\n').length + 3;
    appendFileSync(
      machine.config,
      `# ${machine.state}/revoked_keys\n# and ${machine.state}-2/x\nMatch Address 10.0.0.0/8\n  RevokedKeys "${machine.state}"//revoked_keys\n`,
    );
    await leavesOnlyAfter([`${machine.config}:${line}`], () => writeFileSync(machine.config, own));
  });

  it('a link to one of them', async () => {
    machine = await (await Machine.start({ shell })).joined();
    const own = readFileSync(machine.config, 'utf8');
    const link = join(machine.directory, 'banner');
    symlinkSync(join(machine.state, 'keys'), link);
    appendFileSync(machine.config, `Banner ${link}\n`);
    await leavesOnlyAfter([`sshd -T: banner ${link}`], () => writeFileSync(machine.config, own));
  });
});

it.each(here)(
  'in %s, a host whose kit was not kept keeps it with the next sync, and says so until then',
  async (shell) => {
    const machine = await Machine.start({ shell });
    try {
      const cron = join(machine.directory, 'cron.d');
      execFileSync('mkdir', [cron]);
      symlinkSync('/bin/true', join(machine.directory, 'bin/cron'));
      await machine.join(['--stay', 'cron', '--cron-directory', cron], machine.service.token, {
        WRIT_HOST_STOP_AFTER: 'join-saved',
      });
      rmSync(join(machine.state, 'writ-host'));
      const status = await machine.run(['status']);
      expect(status.status).toBe(8);
      expect(status.stdout).toContain('sh writ-host sync');
      expect(await machine.run(['sync'])).toMatchObject({ status: 0, stderr: '' });
      expect(Object.keys(treeOf(cron))).toHaveLength(1);
      expect((await machine.run(['status'])).status).toBe(0);
    } finally {
      await machine.stop();
    }
  },
);
