import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { endWithUs } from './end-with-us.js';

const run = promisify(execFile);

/** The real sshd: `npm test` and `npm run demo` say where it is; it must be started by an absolute path. */
const sshdPath = process.env['WRIT_SSHD'] ?? '/usr/sbin/sshd';

export type HostKeyType = 'ed25519' | 'ecdsa' | 'rsa';

export interface Sshd {
  /** Loopback port it listens on. */
  readonly port: number;
  /** The listener's; it reads its configuration anew on SIGHUP. */
  readonly pid: number;
  /** The file that it logs to, as it does elsewhere. */
  readonly logFile: string;
  /** What it has logged, at LogLevel VERBOSE, from line `since` on. */
  log(since?: number): string;
  /** How many lines that is: where the next one will stand. */
  lineCount(): number;
  /** Resolves with the first log line from line `since` on, past or future, that matches; rejects when sshd ends before. */
  logged(pattern: RegExp, since?: number): Promise<string>;
  /** Ends the listener and its sessions. */
  stop(): Promise<void>;
}

/** Makes host keys in `directory`; resolves with the paths of the private keys (`<path>.pub` beside each). */
export async function makeHostKeys(
  directory: string,
  types: readonly HostKeyType[] = ['ed25519'],
): Promise<string[]> {
  await mkdir(directory, { recursive: true, mode: 0o755 });
  const paths: string[] = [];
  for (const type of types) {
    const path = join(directory, `ssh_host_${type}_key`);
    await run('ssh-keygen', ['-q', '-t', type, '-N', '', '-C', `host ${type}`, '-f', path]);
    paths.push(path);
  }
  return paths;
}

/** A port of 127.0.0.1 on which nobody listened just now. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      probe.close(() => resolve(port));
    });
  });
}

function follow(child: ChildProcess): Pick<Sshd, 'log' | 'lineCount' | 'logged'> {
  const lines: string[] = [];
  const watchers = new Set<(line: string | null) => void>();
  if (child.stderr === null) throw new Error('sshd was started without a pipe for its log');
  const reader = createInterface({ input: child.stderr });
  reader.on('line', (line) => {
    lines.push(line);
    for (const watcher of watchers) watcher(line);
  });
  let ended = false;
  reader.once('close', () => {
    ended = true;
    for (const watcher of watchers) watcher(null);
  });
  return {
    log: (since = 0) => lines.slice(since).join('\n'),
    lineCount: () => lines.length,
    logged: (pattern, since = 0) =>
      new Promise((resolve, reject) => {
        const missing = () =>
          new Error(`sshd ended without logging ${String(pattern)}; its log:\n${lines.join('\n')}`);
        const past = lines.slice(since).find((line) => pattern.test(line));
        if (past !== undefined) return resolve(past);
        if (ended) return reject(missing());
        const watcher = (line: string | null) => {
          if (line !== null && !pattern.test(line)) return;
          watchers.delete(watcher);
          if (line === null) reject(missing());
          else resolve(line);
        };
        watchers.add(watcher);
      }),
  };
}

/**
 * Starts a real sshd on a loopback port, from a configuration of its own in `directory` (absolute).
 * `config` are sshd_config lines that come first: HostKey, HostCertificate, TrustedUserCAKeys, RevokedKeys, …
 * It logs in whoever runs it (sshd needs root for anyone else). `through` is a command that becomes sshd, its words after its own.
 */
export async function startSshd(
  directory: string,
  config: readonly string[],
  through: readonly string[] = [],
): Promise<Sshd> {
  if (process.getuid?.() === 0) await mkdir('/run/sshd', { recursive: true, mode: 0o755 });
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort();
    const file = join(directory, 'sshd_config');
    await writeFile(
      file,
      [
        ...config,
        `ListenAddress 127.0.0.1:${port}`,
        'AuthenticationMethods publickey',
        'AuthorizedKeysFile none',
        'ExposeAuthInfo yes',
        // The newest method costs many times what this one does.
        'KexAlgorithms curve25519-sha256',
        'LogLevel VERBOSE',
        'MaxStartups 100:30:200',
        'PasswordAuthentication no',
        'KbdInteractiveAuthentication no',
        'PermitRootLogin yes',
        'PidFile none',
        // bash reads its start-up files for ssh at the first level of shells only; what they do is no test's business.
        'SetEnv SHLVL=1',
        'UsePAM no',
        '',
      ].join('\n'),
    );
    await chmod(file, 0o644);
    const [command = '', ...args] = [...through, sshdPath, '-D', '-e', '-f', file];
    const child = spawn(command, args, {
      stdio: ['ignore', 'ignore', 'pipe'],
      detached: true,
    });
    endWithUs(child, true);
    const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
    const logFile = join(directory, 'log');
    child.stderr.pipe(createWriteStream(logFile, { mode: 0o600 }));
    const sshd: Sshd = {
      port,
      logFile,
      pid: child.pid ?? 0,
      ...follow(child),
      stop: async () => {
        if (child.exitCode === null && child.signalCode === null && child.pid !== undefined)
          process.kill(-child.pid, 'SIGTERM');
        await closed;
      },
    };
    try {
      await sshd.logged(/^Server listening on/);
      return sshd;
    } catch (error) {
      await sshd.stop();
      if (attempt === 5 || !sshd.log().includes('Address already in use')) throw error;
    }
  }
}

export interface SshResult {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end, without a terminal or standard input; resolves whatever its exit status. */
export async function runProgram(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<SshResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    child.once('error', reject);
    child.once('close', (code) => resolve({ status: code ?? 255, stdout, stderr }));
  });
}
