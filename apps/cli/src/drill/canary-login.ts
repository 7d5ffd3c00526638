import { spawn, type ChildProcess } from 'node:child_process';
import { hostCertificateAlgorithms, type HostName } from '@writ/openssh/trust';

/** What a canary says once it is logged in; the service fixes the command that says it. */
const canaryWord = 'writ-drill\n';

/** How long one login may take (ms). */
const patience = 15_000;

/** Where and as whom a canary logs in, and what of it lies where. */
export interface CanaryWay {
  readonly name: HostName;
  readonly address: string;
  readonly port: number | null;
  readonly jump: HostName | null;
  readonly login: string;
  readonly keyFile: string;
  readonly certificateFile: string;
  readonly knownHostsFile: string;
}

/** A session that goes on until the host ends it, or we do. */
export interface OpenSession {
  /** Resolves with the moment (`performance.now`) in which it was over, whoever ended it. */
  readonly over: Promise<number>;
  close(): void;
}

/** What came of a login. 'unreached': the host has said neither yes nor no. */
export type LoginOutcome =
  | { readonly result: 'in'; readonly session: OpenSession }
  | { readonly result: 'refused'; readonly words: string }
  | { readonly result: 'unreached'; readonly words: string };

/** The words of ssh. The user's own ssh_config has no part in it, but on the way through another host. */
export function canaryWords(way: CanaryWay): readonly string[] {
  const options = [
    ...['BatchMode=yes', 'IdentitiesOnly=yes', 'IdentityAgent=none', 'PreferredAuthentications=publickey'],
    ...['StrictHostKeyChecking=yes', 'UpdateHostKeys=no', 'GlobalKnownHostsFile=none', 'ConnectTimeout=10'],
    ...[`UserKnownHostsFile=${way.knownHostsFile}`, `HostKeyAlgorithms=${hostCertificateAlgorithms}`],
    ...[`HostKeyAlias=${way.name}`, `CertificateFile=${way.certificateFile}`],
    // A canary may not be passed on; whoever runs the drill goes there by their own right.
    ...(way.jump === null ? [] : [`ProxyCommand=ssh -o BatchMode=yes -W [%h]:%p ${way.jump}`]),
  ].flatMap((option) => ['-o', option]);
  const port = way.port === null ? [] : ['-p', String(way.port)];
  return ['-F', 'none', '-T', ...port, '-i', way.keyFile, '-l', way.login, ...options, way.address];
}

/** Logs in once, by a real `ssh`. What is open is closed when `signal` says so. Never rejects. */
export function logIn(way: CanaryWay, signal: AbortSignal): Promise<LoginOutcome> {
  return new Promise((resolve) => {
    // Without a terminal's interrupt of its own: who started it ends it.
    const child = spawn('ssh', canaryWords(way), { stdio: ['pipe', 'pipe', 'pipe'], detached: true });
    const over = overOf(child);
    const close = (): void => void child.kill('SIGTERM');
    signal.addEventListener('abort', close, { once: true });
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      close();
    }, patience);
    let said = '';
    let words = '';
    let failed: string | null = null;
    child.once('error', (error) => (failed = `ssh cannot be started: ${error.message}`));
    child.stdin.once('error', () => undefined);
    child.stdout.on('data', (chunk: Buffer) => {
      said = `${said}${chunk.toString('utf8')}`.slice(0, 4096);
      if (!said.endsWith(canaryWord)) return;
      clearTimeout(timer);
      resolve({ result: 'in', session: { over, close } });
    });
    child.stderr.on('data', (chunk: Buffer) => (words = `${words}${chunk.toString('utf8')}`.slice(-4096)));
    void over.then(() => {
      clearTimeout(timer);
      signal.removeEventListener('abort', close);
      resolve(notIn(failed ?? (late ? 'no word from the canary in time' : lastLine(words)), child.exitCode));
    });
    if (signal.aborted) close();
  });
}

function overOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve) => {
    const end = (): void => resolve(performance.now());
    child.once('close', end);
    child.once('error', end);
  });
}

/** ssh ends with 255 for its own reasons, and else as the command did: the canary's never ends by itself. */
function notIn(words: string, status: number | null): LoginOutcome {
  if (status !== null && status !== 255)
    return {
      result: 'unreached',
      words: 'the host ran something else than the canary (ForceCommand in its sshd_config?)',
    };
  if (/permission denied/i.test(words)) return { result: 'refused', words };
  return { result: 'unreached', words: words === '' ? 'ssh ended without a word' : words };
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1)?.trim() ?? '';
}
