import {
  appendFileSync,
  chmodSync,
  cpSync,
  existsSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { Machine } from './machine.js';
import { installed, share, shells } from './toolbox.js';
import { treeOf } from './tree.js';

describe.each(installed(shells))('in %s', (shell) => {
  let machine: Machine;
  afterEach(() => machine.stop());

  it.each(share(shell, ['\n', '', '\r\n\n', '\n# ümlaut and a \t tab   ']))(
    'leaving a configuration that ends in %j restores it byte for byte, mode and all',
    async (end) => {
      machine = await Machine.start({ shell });
      writeFileSync(machine.config, readFileSync(machine.config, 'utf8').trimEnd() + end);
      chmodSync(machine.config, 0o640);
      const original = readFileSync(machine.config);
      await machine.joined();
      const joined = readFileSync(machine.config, 'utf8');
      expect(joined.startsWith('# BEGIN writ-host\n')).toBe(true);
      expect(joined.endsWith(original.toString())).toBe(true);
      expect(statSync(machine.config).mode & 0o777).toBe(0o640);
      // A number that somebody else has by now.
      symlinkSync('1.1', join(machine.state, `lock.${process.pid}`));
      const said = await machine.run(['leave', '--yes']);
      expect(said).toMatchObject({ status: 0, stderr: '' });
      expect(said.stdout).toContain('byte for byte');
      expect(readFileSync(machine.config).equals(original)).toBe(true);
      expect(statSync(machine.config).mode & 0o777).toBe(0o640);
      expect(existsSync(machine.state)).toBe(false);
      expect(await machine.logsIn('webadmin', Machine.unproved)).toBe(false);
    },
  );

  it('what the operator changed since stays, below the block and above it', async () => {
    machine = await Machine.start({ shell });
    // What sshd takes, and does not answer for without being told of a port.
    appendFileSync(machine.config, '\nMatch LocalPort 7933\n\tX11Forwarding no\n');
    const original = readFileSync(machine.config, 'utf8');
    await machine.joined();
    appendFileSync(machine.config, '# below');
    expect(await machine.run(['sync'])).toMatchObject({ status: 0, stderr: '' });
    expect((await machine.run(['leave', '--yes'])).stdout).toContain('changed since');
    expect(readFileSync(machine.config, 'utf8')).toBe(`${original}# below`);
    machine.service.joined = undefined;
    machine.service.uses = 1;
    await machine.joined();
    writeFileSync(machine.config, `# above\n${readFileSync(machine.config, 'utf8')}\n`);
    expect((await machine.run(['leave', '--yes'])).status).toBe(0);
    expect(readFileSync(machine.config, 'utf8')).toBe(`# above\n${original}# below\n`);
  });

  it.each(
    share(shell, [
      'a directory of drop-ins',
      'a link to one',
      'a link to one that leads to another since',
      'a link to one that leads to another since, and a join that was killed',
    ]),
  )('with %s sshd_config is not touched', async (kind) => {
    machine = await Machine.start({ shell, dropins: true });
    const drops = join(machine.directory, 'sshd_config.d');
    const first = `${drops}.1`;
    if (kind !== 'a directory of drop-ins') {
      renameSync(drops, first);
      symlinkSync(first, drops);
    }
    const before = treeOf(realpathSync(drops));
    const original = readFileSync(machine.config);
    const killed = kind.endsWith('killed');
    if (killed) await machine.join([], undefined, { WRIT_HOST_STOP_AFTER: 'sshd-written' });
    else await machine.joined();
    expect(readFileSync(machine.config).equals(original)).toBe(true);
    expect(readFileSync(machine.dropin, 'utf8')).toContain('TrustedUserCAKeys ');
    if (!killed) expect(await machine.logsIn()).toBe(true);
    if (kind.includes('since')) {
      cpSync(first, `${drops}.2`, { recursive: true, filter: (path) => !path.endsWith('writ.conf') });
      rmSync(drops);
      symlinkSync(`${drops}.2`, drops);
    }
    expect(await machine.run(['leave', '--yes'])).toMatchObject({ status: 0, stderr: '' });
    expect(readFileSync(machine.config).equals(original)).toBe(true);
    expect(treeOf(existsSync(first) ? first : drops)).toEqual(before);
    expect(await machine.ordinaryLogsIn()).toBe(true);
  });

  it('without a terminal and without --yes nothing is undone', async () => {
    machine = await (await Machine.start({ shell })).joined();
    const said = await machine.run(['leave']);
    expect(said.status).toBe(2);
    expect(said.stderr).toContain('(not_confirmed)');
    expect(await machine.logsIn()).toBe(true);
  });
});
