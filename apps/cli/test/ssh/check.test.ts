import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { checkScript } from '../../src/ssh/check-script.js';
import { timesOf, writeRoleCertificate } from '../../src/ssh/role-certificate.js';
import { never, readTrouble, writeTrouble } from '../../src/ssh/trouble.js';

const [organization, role] = ['abcdefghijklmnop', 'qrstuvwxyz012345'];
const now = (): number => Math.floor(Date.now() / 1000);
/** Those of the shells that run `/bin/sh` scripts somewhere, where they are installed. */
const shells = [['sh'], ['bash', '--posix'], ['busybox', 'sh']].filter(([program = '']) =>
  (process.env['PATH'] ?? '').split(delimiter).some((directory) => existsSync(join(directory, program))),
);
/** When a certificate is good that the service issues at `from` for so many seconds. */
const lasting = (from: number, seconds: number) => ({
  validAfter: BigInt(from - 60),
  validBefore: BigInt(from + seconds),
});

let home: string;
const at = (name: string): string => join(home, name);
const certificate = (): string => at(`certificates/${organization}-${role}-cert.pub`);
const line = `ssh-ed25519-cert-v01@openssh.com ${'A'.repeat(1000)} ana@laptop`;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'writ check '));
  mkdirSync(at('certificates'));
  writeFileSync(at('check'), checkScript);
  writeFileSync(at('writ.js'), '');
  // In place of Node: writes down how it was started, and ends as it is told.
  const node = `#!/bin/sh\necho "$NODE_OPTIONS$HOME $XDG_CONFIG_HOME $XDG_STATE_HOME $*" >>'${at('started')}'\necho to the person >&2\nexec 2>&-\nexit "$(cat '${at('status')}')"\n`;
  writeFileSync(at('node'), node, { mode: 0o755 });
  writeFileSync(at('status'), '0');
  writeFileSync(at('looked'), `${now() - 590}\n`);
  writeFileSync(at('command'), `${at('node')}\n${at('writ.js')}\n/h\n/c\n/s\n`);
});
afterEach(() => rmSync(home, { recursive: true }));

/** As ssh runs it: with nothing but standard error to be seen. Resolves when that is closed by all who have it. */
function check(
  shell: readonly string[] = ['sh'],
  said: readonly string[] = [organization, role],
): Promise<{ status: number | null; stderr: string }> {
  const [program = '', ...words] = shell;
  const child = spawn(program, [...words, at('check'), ...said], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { PATH: process.env['PATH'], HOME: '/nonexistent', NODE_OPTIONS: '--of-the-shell' },
  });
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  return new Promise((resolve) => child.once('close', (status) => resolve({ status, stderr })));
}
const started = (): string => (existsSync(at('started')) ? readFileSync(at('started'), 'utf8') : '');
const startLine = `/h /c /s ${'writ.js'} ssh-config renew ${organization} ${role}\n`;

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}

describe.each(shells)('the check, in %s', (...shell) => {
  it('says yes to a good certificate, and starts nothing', async () => {
    await writeRoleCertificate(certificate(), line, timesOf(now(), lasting(now(), 3600)));
    expect(await check(shell)).toEqual({ status: 0, stderr: '' });
    expect(started()).toBe('');
  });

  it('says yes to one that ends soon, and has it renewed by somebody who waits for nobody', async () => {
    await writeRoleCertificate(certificate(), line, { renewFrom: now() - 1, end: now() + 3600 });
    expect(await check(shell)).toEqual({ status: 0, stderr: '' });
    await until(() => started() !== '');
    expect(started().replace(`${home}/`, '')).toBe(startLine);
  });

  it.each([
    ['ten minutes ago', () => `${now() - 601}\n`],
    ['in a time to come', () => `${now() + 3600}\n`],
    ['who knows when', () => '$(reboot)\n'],
    ['never', () => null],
  ])(
    'has somebody ask once what is new who waits for nobody, where that was asked %s',
    async (_when, said) => {
      const text = said();
      if (text === null) rmSync(at('looked'));
      else writeFileSync(at('looked'), text);
      await writeRoleCertificate(certificate(), line, timesOf(now(), lasting(now(), 3600)));
      expect(await check(shell)).toEqual({ status: 0, stderr: '' });
      await until(() => started() !== '');
      expect(await check(shell)).toEqual({ status: 0, stderr: '' });
      expect(started().replace(`${home}/`, '')).toBe(`/h /c /s writ.js ssh-config refresh\n`);
      expect(Number(readFileSync(at('looked'), 'utf8'))).toBeGreaterThan(now() - 60);
    },
  );

  it('never says yes where it is only to look, and asks nobody once the session has ended', async () => {
    await writeRoleCertificate(certificate(), line, timesOf(now(), lasting(now(), 3600)));
    const look = () => check(shell, ['look']);
    expect(await look()).toEqual({ status: 1, stderr: '' });
    expect(started()).toBe('');
    writeFileSync(at('looked'), `${now() - 601}\n`);
    await writeTrouble(at('ended'), { said: now(), until: never, words: 'It has ended.' });
    expect(await look()).toEqual({ status: 1, stderr: '' });
    expect(started()).toBe('');
    rmSync(at('ended'));
    writeFileSync(at('looked'), `${now() - 601}\n`);
    expect(await look()).toEqual({ status: 1, stderr: '' });
    await until(() => started() !== '');
    expect(started().replace(`${home}/`, '')).toBe(`/h /c /s writ.js ssh-config refresh\n`);
  });

  it('keeps nobody waiting who reads its standard error, however long what goes on behind takes', async () => {
    const waiting = `#!/bin/sh\necho "$*" >>'${at('started')}'\nwhile [ -d '${home}' ] && ! [ -e '${at('go')}' ]; do sleep 0.05; done\necho "$*" >>'${at('gone')}'\n`;
    writeFileSync(at('node'), waiting, { mode: 0o755 });
    writeFileSync(at('looked'), `${now() - 601}\n`);
    expect(await check(shell, ['look'])).toEqual({ status: 1, stderr: '' });
    await writeRoleCertificate(certificate(), line, { renewFrom: now() - 1, end: now() + 3600 });
    expect(await check(shell)).toEqual({ status: 0, stderr: '' });
    const lines = (name: string) =>
      existsSync(at(name)) ? readFileSync(at(name), 'utf8').split('\n').length : 0;
    await until(() => lines('started') === 3);
    expect(existsSync(at('gone'))).toBe(false);
    writeFileSync(at('go'), '');
    await until(() => lines('gone') === 3);
  });

  it.each([
    ['there is none', () => Promise.resolve()],
    ['it has ended', () => writeRoleCertificate(certificate(), line, { renewFrom: 5, end: now() - 1 })],
    ['it is about to end', () => writeRoleCertificate(certificate(), line, { renewFrom: 5, end: now() + 5 })],
    ['another was put in its place', () => Promise.resolve(writeFileSync(certificate(), `${line}\n`))],
    [
      'it was cut short',
      async () => {
        await writeRoleCertificate(certificate(), line, timesOf(now(), lasting(now(), 3600)));
        writeFileSync(certificate(), readFileSync(certificate(), 'utf8').slice(0, 500));
      },
    ],
    [
      'its times are no numbers',
      () =>
        Promise.resolve(writeFileSync(certificate(), `# writ-1 $(reboot) 1e99 ${line.length}\n${line}\n`)),
    ],
    ['it is empty', () => Promise.resolve(writeFileSync(certificate(), ''))],
    ['it is a directory', () => Promise.resolve(mkdirSync(certificate()))],
  ])('waits for a new one where %s', async (_what, make) => {
    await make();
    expect(await check(shell)).toEqual({ status: 0, stderr: 'to the person\n' });
    expect(started().replace(`${home}/`, '')).toBe(startLine);
    writeFileSync(at('status'), '4');
    expect(await check(shell)).toMatchObject({ status: 4 });
  });

  it('says once that the session has ended, also where it is asked twice, and starts nothing', async () => {
    await writeTrouble(at('ended'), {
      said: now() - 60,
      until: never,
      words: 'Sign in $(again): `writ login`.',
    });
    expect(await check(shell)).toEqual({ status: 1, stderr: 'writ: Sign in $(again): `writ login`.\n' });
    expect(await check(shell)).toEqual({ status: 1, stderr: '' });
    expect(await readTrouble(at('ended'))).toMatchObject({
      until: never,
      words: 'Sign in $(again): `writ login`.',
    });
    expect(started()).toBe('');
  });

  it('does not try again at once what has just failed, and does after a while', async () => {
    const trouble = `${certificate()}.trouble`;
    await writeTrouble(trouble, { said: now() - 5, until: now() + 100, words: 'The service is away.' });
    expect(await check(shell)).toEqual({ status: 1, stderr: 'writ: The service is away.\n' });
    expect(started()).toBe('');
    await writeRoleCertificate(certificate(), line, { renewFrom: now() - 1, end: now() + 3600 });
    expect(await check(shell)).toEqual({ status: 0, stderr: '' });
    await writeTrouble(trouble, { said: now() - 5, until: now() - 1, words: 'The service is away.' });
    rmSync(certificate());
    expect(await check(shell)).toMatchObject({ status: 0 });
    expect(started().replace(`${home}/`, '')).toBe(startLine);
  });

  it('says where writ is no more', async () => {
    rmSync(at('writ.js'));
    expect(await check(shell)).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/^writ: .*sign in again\n$/) as string,
    });
    rmSync(at('command'));
    expect(await check(shell)).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/^writ: .*sign in again\n$/) as string,
    });
  });
});

it('is a script that shellcheck has nothing to say of', () => {
  const there = (process.env['PATH'] ?? '')
    .split(delimiter)
    .some((each) => existsSync(join(each, 'shellcheck')));
  if (there) execFileSync('shellcheck', [at('check')]);
});

describe('a certificate’s times', () => {
  it('leave a sixth of its life to renew it in, ten minutes at most', () => {
    expect(timesOf(1000, lasting(1000, 600))).toEqual({ renewFrom: 1500, end: 1600 });
    expect(timesOf(1000, lasting(1000, 28_800))).toEqual({ renewFrom: 29_200, end: 29_800 });
  });

  it('are by the clock of the machine that reads them', () => {
    const issued = lasting(10_000, 600);
    // Ahead of the service's: nobody knows for how long.
    expect(timesOf(10_700, issued)).toEqual({ renewFrom: 10_600, end: 10_600 });
    // Behind it by more than the certificate lives.
    expect(timesOf(1000, issued)).toEqual({ renewFrom: 1500, end: 1600 });
    expect(timesOf(9970, issued)).toEqual({ renewFrom: 10_470, end: 10_570 });
  });
});
