import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeKrl, signText } from './keys.js';
import { Machine } from './machine.js';
import { installed, share, shells } from './toolbox.js';
import { treeOf } from './tree.js';

const fetcherOf = { dash: 'wget', busybox: 'curl', bash: 'wget' } as const;

const bad: Record<string, { code: string; krl: (real: Buffer, machine: Machine) => Buffer }> = {
  'is empty': { code: 'revocations_unreadable', krl: () => Buffer.alloc(0) },
  'is garbage': { code: 'revocations_unreadable', krl: () => Buffer.from('<html>Not found</html>\n') },
  'is a list of keys in words': {
    code: 'revocations_unreadable',
    krl: (_, { service }) => Buffer.from(`${service.canary.line}\n`),
  },
  'is cut off': { code: 'revocations_unreadable', krl: (real) => real.subarray(0, real.length - 10) },
  'is nothing but its first line': { code: 'revocations_unreadable', krl: (real) => real.subarray(0, 8) },
  'lacks the canary': {
    code: 'revocations_without_canary',
    krl: (_, machine) => makeKrl(machine.directory, 9, [machine.userKey.line]),
  },
  'revokes nothing': {
    code: 'revocations_without_canary',
    krl: (_, { directory }) => makeKrl(directory, 9, []),
  },
  "revokes the authority's key": {
    code: 'revocations_revokes_authority',
    krl: (_, { directory, service }) =>
      makeKrl(directory, 9, [service.canary.line, service.userAuthority.line]),
  },
  'is older': {
    code: 'revocations_older',
    krl: (_, { directory, service }) => makeKrl(directory, 4, [service.canary.line]),
  },
};

const unsigned: Record<string, (real: string, machine: Machine) => string> = {
  'is not signed': () => '\n',
  'has a signature that was altered': (real) =>
    real.replace(/[A-Za-z](?=[^\n]*\n-----END)/, (letter) => (letter === 'A' ? 'B' : 'A')),
  'is signed by another key': (_, { service }) =>
    signText(service.userAuthority, 'krl@writ', service.krlStatement()),
  'is signed as a bundle': (_, { service }) =>
    signText(service.bundleKey, 'bundle@writ', service.krlStatement()),
  'is signed for another organization': (_, { service }) =>
    signText(service.bundleKey, 'krl@writ', service.krlStatement('0'.repeat(16))),
};

describe.each(installed(shells))('in %s, a list of revocations', (shell) => {
  let machine: Machine;
  beforeAll(async () => {
    machine = await Machine.start({ shell, fetcher: fetcherOf[shell] });
    machine.service.krlVersion = 5;
    await machine.joined();
  });
  afterAll(() => machine.stop());

  it.each(share(shell, Object.entries(bad)))(
    'that %s is refused, and the one before stays',
    async (_, { code, krl }) => {
      machine.service.krlInstead = (real) => krl(real, machine);
      const passing = ['failure', 'contact'];
      const before = treeOf(machine.state, passing);
      const said = await machine.run(['sync']);
      expect(said.status).toBe(7);
      expect(said.stderr).toContain(`(${code})`);
      expect(treeOf(machine.state, passing)).toEqual(before);
      expect(await machine.logsIn()).toBe(true);
      expect(await machine.ordinaryLogsIn()).toBe(true);
    },
  );

  it.each(share(shell, Object.entries(unsigned)))(
    'that %s is refused, whatever it says',
    async (_, signature) => {
      machine.service.krlInstead = undefined;
      machine.service.krlVersion += 1;
      machine.service.krlSignatureInstead = (real) => signature(real, machine);
      const before = machine.read('krl.sum');
      const said = await machine.run(['sync']);
      expect(said.status).toBe(7);
      expect(said.stderr).toContain('(revocations_signature_wrong)');
      expect(machine.read('krl.sum')).toBe(before);
    },
  );

  it('that is refused does not keep a good bundle away', async () => {
    machine.service.krlInstead = () => Buffer.from('garbage');
    machine.service.principals = { [machine.login]: ['webadmin', 'second'] };
    machine.service.version += 1;
    expect((await machine.run(['sync'])).status).toBe(7);
    expect(await machine.logsIn('second')).toBe(true);
  });

  it('that is good takes effect', async () => {
    machine.service.krlInstead = undefined;
    machine.service.krlSignatureInstead = undefined;
    machine.service.krlVersion += 1;
    machine.service.revoked = [machine.userKey.line];
    // Also while sshd does not accept its configuration by now.
    const clean = readFileSync(machine.config);
    appendFileSync(machine.config, 'Nonsense yes\n');
    const said = await machine.run(['sync']);
    expect(said.status).toBe(4);
    expect(said.stderr).toMatch(/Bad configuration option: Nonsense.*\(sshd_config_invalid\)/);
    expect(machine.service.reports.at(-1)).toMatchObject({ result: 'sshd_config_invalid' });
    expect(await machine.logsIn()).toBe(false);
    expect(await machine.ordinaryLogsIn()).toBe(true);
    writeFileSync(machine.config, clean);
    expect(await machine.run(['sync'])).toMatchObject({ status: 0, stderr: '' });
  });

  /** The number that is kept beside the list begins otherwise. */
  function showOtherwise(begin: string): void {
    writeFileSync(join(machine.state, 'krl.sum'), machine.read('krl.sum').replace(/ 0/, begin));
  }

  it('that was damaged on the host is fetched again', async () => {
    writeFileSync(join(machine.state, 'revoked_keys'), '');
    showOtherwise(' g');
    expect(await machine.logsIn()).toBe(true);
    expect(await machine.run(['sync'])).toMatchObject({ status: 0, stderr: '' });
    expect(await machine.logsIn()).toBe(false);
  });

  it('whose number was damaged on the host keeps no later one away', async () => {
    const path = join(machine.state, 'revoked_keys');
    const bytes = readFileSync(path);
    bytes[12] = 0x40;
    writeFileSync(path, bytes);
    machine.service.krlVersion += 1;
    expect(await machine.run(['sync'])).toMatchObject({ status: 0, stderr: '' });
    expect(readFileSync(path).readBigUInt64BE(12)).toBe(BigInt(machine.service.krlVersion));
    showOtherwise(' 4');
    machine.service.krlVersion += 1;
    expect(await machine.run(['sync'])).toMatchObject({ status: 0, stderr: '' });
    const real = machine.service.krlVersion;
    machine.service.krlVersion -= 1;
    expect((await machine.run(['sync'])).stderr).toContain('(revocations_older)');
    machine.service.krlVersion = real;
  });
});
