import { spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { childrenOf, gone, isAlive } from '../service/processes.js';
import { freePort } from '../service/service.js';
import { Machine, writCommand } from './cli.js';
import { password } from './service.js';

/** What starts the service's own program: its words, its signals and its exit status go through. */
describe('writ, on the machine of the service', () => {
  let machine: Machine;
  let server: ChildProcess | undefined;
  let url: string;
  let pin: string;
  let log = '';

  beforeAll(async () => {
    machine = new Machine({ WRIT_PASSWORD: password, WRIT_OWNER_PASSWORD: password });
    // As root PostgreSQL runs under another account, which must get through.
    chmodSync(machine.directory, 0o711);
    const port = await freePort();
    url = `https://127.0.0.1:${port}`;
    machine.environment = {
      ...machine.environment,
      ...{ WRIT_STATE_DIR: machine.path('state'), WRIT_LISTEN: `127.0.0.1:${port}` },
    };
  });
  afterAll(async () => {
    if (server !== undefined && server.exitCode === null) {
      server.kill('SIGTERM');
      await new Promise((resolve) => server?.once('close', resolve));
    }
    machine.remove();
  });

  const login = (...more: string[]) => machine.writ(['login', '--url', url, '--user', 'ana', ...more]);

  it('server: its exit status is passed on', async () => {
    const ended = await machine.writ(['server']);
    expect(ended.status).toBe(50);
    expect(ended.stderr).toContain('[not_initialized]');
  });

  it('init: its words are passed on, and it prints the pin', async () => {
    const words = [
      'init',
      '--org',
      'acme',
      '--names',
      '*.acme.example',
      '--owner',
      'ana',
      '--self-signed',
      '127.0.0.1',
    ];
    const made = await machine.json<{ tlsPin: string }>(...words);
    pin = made.tlsPin;
    expect(pin).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect((await machine.writ(words)).status).toBe(51);
  });

  it.each(['init', 'server', 'rewrap', 'reset-owner', 'backup', 'restore'])(
    '%s: --help has an example, and every option that completion offers',
    async (command) => {
      const help = await machine.data(command, '--help');
      expect(help).toMatch(/Example/);
      const script = await machine.data('completion', 'bash');
      const options =
        new RegExp(`^ *'${command}'\\) .*options='([^']*)'`, 'm').exec(script)?.[1]?.split(' ') ?? [];
      expect(options).toContain('--help');
      for (const option of options.filter((each) => !['-h', '--help'].includes(each)))
        expect(help).toContain(option);
    },
  );

  /** Starts `writ server`; resolves when it listens. */
  async function serve(): Promise<void> {
    log = '';
    server = spawn(process.execPath, [writCommand, 'server'], {
      env: machine.environment,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    await new Promise<void>((resolve, reject) => {
      const read = (chunk: Buffer): void => {
        log += chunk.toString();
        if (log.includes('"listening"')) resolve();
      };
      server?.stdout?.on('data', read);
      server?.stderr?.on('data', read);
      server?.once('close', () => reject(new Error(`the service ended:\n${log}`)));
    });
  }

  it('server: runs until SIGTERM', serve);

  it('login: a self-signed certificate is not trusted, and that is said before a password is sent', async () => {
    const ended = await login();
    expect(ended.status).toBe(5);
    expect(ended.stderr).toMatch(/self-signed.*--pin.*\[tls_untrusted\]/);
    expect(log).not.toContain('/v1/sign-in');
  });

  it('login: not even with NODE_TLS_REJECT_UNAUTHORIZED=0', async () => {
    const more = { NODE_TLS_REJECT_UNAUTHORIZED: '0' };
    const ended = await machine.writ(['login', '--url', url, '--user', 'ana'], more);
    expect(ended.status).toBe(5);
    expect(log).not.toContain('/v1/sign-in');
  });

  it('login: another pin is another server', async () => {
    const ended = await login('--pin', `sha256:${'0'.repeat(64)}`);
    expect(ended.status).toBe(5);
    expect(ended.stderr).toContain('[tls_pin_mismatch]');
    expect(log).not.toContain('/v1/sign-in');
  });

  it('login: plain http is told what it may have met', async () => {
    const plain = url.replace('https', 'http');
    const ended = await machine.writ(['login', '--url', plain, '--user', 'ana']);
    expect(ended.status).toBe(5);
    expect(ended.stderr).toContain(`it may be an https server: try ${url}.`);
  });

  it('login: with the pin, which is remembered', async () => {
    expect(await login('--pin', pin)).toMatchObject({ status: 0 });
    expect(await machine.data('whoami')).toContain(`${url} pinned`);
    expect(await machine.writ(['login'])).toMatchObject({ status: 0 });
    expect((await machine.data('krl', 'fetch', '-o', machine.path('krl'))) === '').toBe(true);
    expect(existsSync(machine.path('krl'))).toBe(true);
  });

  it('login: with the certificate as the only authority', async () => {
    const caFile = join(machine.path('state'), 'tls-certificate.pem');
    expect(await login('--ca-file', caFile)).toMatchObject({ status: 0 });
    expect(await machine.writ(['whoami'])).toMatchObject({ status: 0 });
    // The name it was made for is checked.
    const elsewhere = await machine.writ([
      'login',
      '--url',
      url.replace('127.0.0.1', 'localhost'),
      '--ca-file',
      caFile,
    ]);
    expect(elsewhere.status).toBe(5);
    writeFileSync(machine.path('nobody.pem'), '');
    const nobody = await login('--ca-file', machine.path('nobody.pem'));
    expect(nobody.status).toBe(1);
    expect(nobody.stderr).toMatch(/nobody\.pem holds no certificate.*\[file_refused\]/);
  });

  it('backup: while it runs', async () => {
    const { bytes } = await machine.json<{ bytes: number }>('backup', machine.path('backup'));
    expect(readFileSync(machine.path('backup')).length).toBe(bytes);
  });

  it('server: killed, it takes the service with it, and the next one starts', async () => {
    const [service = 0] = childrenOf(server?.pid ?? 0);
    expect(isAlive(service)).toBe(true);
    server?.kill('SIGKILL');
    await gone(service);
    await serve();
    expect(await login('--pin', pin)).toMatchObject({ status: 0 });
  });

  it('server: SIGTERM is passed on, and its end is ours', async () => {
    const ended = new Promise((resolve) => server?.once('close', resolve));
    server?.kill('SIGTERM');
    expect(await ended).toBe(0);
    expect((await login('--pin', pin)).stderr).toContain('[server_unreachable]');
  });
});
