import { spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runProgram, type SshResult } from '@writ/testkit/sshd';
import { KitHost } from '../e2e/kit-host.js';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');
const commands = [...readme.matchAll(/```sh\n([\s\S]*?)```/g)]
  .flatMap(([, block = '']) => block.split('\n'))
  .map((line) => line.replace(/\s+#.*$/, '').trim())
  .filter((line) => line !== '');

const base = mkdtempSync(join(tmpdir(), 'writ-readme-'));
const started: ChildProcess[] = [];
const me = userInfo().username;
let port = 0;
let host: KitHost;

/** In the clone, with what the README says that makes the built command `writ`, also after `exec`. */
const alias = commands.find((line) => line.startsWith('alias writ=')) ?? '';
const inShell = (line: string) => ['-c', `cd '${root}'\nalias exec='exec '\n${alias}\n${line}`];

function environment(): NodeJS.ProcessEnv {
  return {
    PATH: process.env['PATH'],
    HOME: join(base, 'home'),
    WRIT_STATE_DIR: join(base, 'state'),
    WRIT_LISTEN: `127.0.0.1:${port}`,
    WRIT_PASSWORD: 'correct horse battery staple',
    WRIT_OWNER_PASSWORD: 'correct horse battery staple',
  };
}

/** What differs between the README's machine and this one: the port, paths below /etc, a login that exists here. */
function here(line: string): string {
  return line
    .replace('http://127.0.0.1:7480', `http://127.0.0.1:${port}`)
    .replace(/^writ login --url.*/, '$& --ssh-config')
    .replace(/^ssh deploy@(.*)/, `ssh -F "$HOME/.ssh/config" -o BatchMode=yes ${me}@$1 echo in`)
    .replace('--logins deploy,root', `--logins deploy,${me}`)
    .replace(/^writ revoke .*/, '$& --yes');
}

async function serve(line: string): Promise<void> {
  const child = spawn('/bin/sh', inShell(`exec ${line}`), {
    env: environment(),
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  started.push(child);
  let log = '';
  child.stderr.on('data', (chunk: Buffer) => (log += chunk.toString()));
  for (;;) {
    if (child.exitCode !== null) throw new Error(`\`${line}\` ended with ${child.exitCode}:\n${log}`);
    const ready = await fetch(`http://127.0.0.1:${port}/readyz`).then(
      (answer) => answer.ok,
      () => false,
    );
    if (ready) return;
    await new Promise((again) => setTimeout(again, 50));
  }
}

/** `writ events --follow` never ends by itself: its first line is enough. */
async function firstLine(line: string): Promise<string> {
  const child = spawn('/bin/sh', inShell(`exec ${line}`), {
    env: environment(),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  started.push(child);
  const chunk = await new Promise<Buffer>((resolve) => child.stdout.once('data', resolve));
  child.kill('SIGINT');
  return chunk.toString();
}

const run = (line: string): Promise<SshResult> => runProgram('/bin/sh', inShell(line), environment());

/** Pastes on the host what was printed with its token, and tells clients where it is: not on port 22. */
async function joins({ stdout, stderr }: SshResult): Promise<void> {
  host.token(stdout.trim());
  const pasted = stderr.split('\n').flatMap((line) => /^ {2}((?:cd|echo|sh) .*)/.exec(line)?.[1] ?? []);
  expect(pasted).toHaveLength(3);
  const [get = '', compare = '', join = ''] = pasted;
  // With all that comes of a paste, and the directory it makes below the host's own.
  const paste = (...lines: string[]) =>
    host.run(`export TMPDIR="$PWD"\n${lines.map((line) => host.command(line)).join('\n')}`);
  const other = compare.replace(/'(.)/, (_, digit) => `'${digit === '0' ? '1' : '0'}`);
  expect(await paste(get, other, join)).toMatchObject({ status: 1, stdout: 'writ-host: FAILED\n' });
  expect(await paste(...pasted)).toMatchObject({ status: 0, stderr: '' });
  await run(`writ host set web-1 --address 127.0.0.1 --port ${host.sshd.port}`);
}

beforeAll(async () => {
  chmodSync(base, 0o711);
  mkdirSync(join(base, 'home'), { mode: 0o700 });
  host = await KitHost.start(join(base, 'host'), 'web-1.acme.example');
  const probe = createServer();
  await new Promise<void>((ready) => probe.listen(0, '127.0.0.1', ready));
  port = (probe.address() as AddressInfo).port;
  await new Promise((closed) => probe.close(closed));
});

afterAll(async () => {
  await host.sshd.stop();
  for (const child of started) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    const closed = new Promise((done) => child.once('close', done));
    child.kill('SIGTERM');
    await closed;
  }
  rmSync(base, { recursive: true, force: true });
});

describe('the README', () => {
  it('names npm scripts that exist', () => {
    const scripts = Object.keys(
      (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: object }).scripts,
    );
    const named = commands.flatMap((line) =>
      [...line.matchAll(/npm (?:run )?(demo|test|build|[a-z]+)\b/g)].map(([, name]) => name),
    );
    expect(named).toEqual(expect.arrayContaining(['demo', 'test', 'build']));
    for (const name of named) expect([...scripts, 'install']).toContain(name);
  });

  it('gives commands that do what they say, in this order, on a new machine', async () => {
    let said = '';
    for (const line of commands.filter((command) => !/^(?:npm|alias) /.test(command))) {
      const command = here(line);
      if (command === 'writ server') await serve(command);
      else if (command.includes('--follow')) expect(await firstLine(command)).toMatch(/\S/);
      else {
        const result = await run(command);
        expect({ command, ...result }).toMatchObject({ command, status: 0 });
        if (command.startsWith('writ host token create')) await joins(result);
        if (command.startsWith('ssh ')) said += result.stdout;
      }
    }
    expect(said).toBe('in\n');
  }, 180_000);
});
