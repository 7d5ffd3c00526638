import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import {
  type HostKeyType,
  makeHostKeys,
  runProgram,
  startSshd,
  type Sshd,
  type SshResult,
} from '@writ/testkit/sshd';
import { certify, type KeyFile, makeKey } from './keys.js';
import { type Tls } from './self-signed.js';
import { StubService } from './stub-service.js';
import { type Fetcher, interpreter, makeToolbox, type Shell } from './toolbox.js';

export const kit = join(dirname(fileURLToPath(import.meta.url)), '../writ-host');
export const me = userInfo().username;
const sshdPath = process.env['WRIT_SSHD'] ?? '/usr/sbin/sshd';

export interface MachineOptions {
  readonly shell: Shell;
  readonly fetcher?: Fetcher;
  readonly hostKeys?: readonly HostKeyType[];
  /** More lines of sshd_config, before the others. */
  readonly config?: readonly string[];
  /** sshd_config begins with an Include of a directory of its own. */
  readonly dropins?: boolean;
  readonly tls?: Tls;
  /** sshd uses PAM (root only): with the file `pam.d/sshd` in the machine's directory. */
  readonly pam?: boolean;
}

/** Makes a directory of PAM files, and says what a command has to go through to find it as /etc/pam.d. */
function usePam(directory: string): readonly string[] {
  mkdirSync(join(directory, 'pam.d'), { mode: 0o755 });
  const lines = [
    'auth required pam_deny.so',
    'account required pam_permit.so',
    'session required pam_permit.so',
  ];
  writeFileSync(join(directory, 'pam.d/sshd'), `${lines.join('\n')}\n`);
  const script = `/bin/mount --bind '${directory}/pam.d' /etc/pam.d && exec "$@"`;
  return ['/usr/bin/unshare', '--mount', '--propagation', 'private', '/bin/sh', '-c', script, 'sh'];
}

/** A host of its own: a real sshd on a loopback port, a service, and the kit; everything below one directory. */
export class Machine {
  readonly login = me;
  readonly state: string;
  readonly config: string;
  readonly dropin: string;
  readonly userKey: KeyFile;
  readonly ordinaryKey: KeyFile;
  private constructor(
    readonly directory: string,
    readonly service: StubService,
    readonly sshd: Sshd,
    readonly options: MachineOptions,
  ) {
    this.state = join(directory, 'writ-host');
    this.config = join(directory, 'sshd_config');
    this.dropin = join(directory, 'sshd_config.d/00-writ.conf');
    this.userKey = makeKey(directory, 'user_key');
    this.ordinaryKey = makeKey(directory, 'ordinary_key');
    writeFileSync(join(directory, 'authorized_keys'), `${this.ordinaryKey.line}\n`);
    makeToolbox(join(directory, 'bin'), options.shell, options.fetcher ?? 'curl');
  }

  static async start(options: MachineOptions): Promise<Machine> {
    const directory = mkdtempSync(join(tmpdir(), 'writ-host-'));
    chmodSync(directory, 0o755);
    const service = new StubService(join(directory, 'service'));
    service.principals = { [me]: ['webadmin'] };
    await service.listen(options.tls);
    const keys = await makeHostKeys(directory, options.hostKeys ?? ['ed25519']);
    mkdirSync(join(directory, 'sshd_config.d'), { mode: 0o755 });
    const pam = options.pam === true ? usePam(directory) : undefined;
    const lines = [
      ...(pam === undefined ? [] : ['UsePAM yes']),
      ...(options.dropins === true ? [`Include ${directory}/sshd_config.d/*.conf`] : []),
      ...(options.config ?? []),
      ...keys.map((path) => `HostKey ${path}`),
      `PidFile ${directory}/sshd.pid`,
      `AuthorizedKeysFile ${directory}/authorized_keys`,
      // The directory of a test lies below a sticky one.
      'StrictModes no',
    ];
    const sshd = await startSshd(directory, lines, pam);
    // It writes this after it has begun to listen, and the kit looks for it.
    const writesPid = options.config?.includes('PidFile none') !== true;
    while (writesPid && !existsSync(join(directory, 'sshd.pid'))) await delay(5);
    return new Machine(directory, service, sshd, options);
  }

  /** Runs the kit to its end. */
  async run(
    args: readonly string[],
    input = '',
    env: NodeJS.ProcessEnv = {},
    through: readonly string[] = [],
  ): Promise<SshResult & { signal?: string }> {
    const [command = '', ...first] = [...through, ...interpreter(this.options.shell)];
    return new Promise((resolve, reject) => {
      const child = spawn(
        command,
        [...first, kit, ...args.slice(0, 1), '--directory', this.state, ...args.slice(1)],
        {
          env: { PATH: join(this.directory, 'bin'), HOME: this.directory, ...env },
          stdio: 'pipe',
        },
      );
      let stdout = '';
      let stderr = '';
      child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
      child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
      child.stdin.on('error', () => {});
      child.stdin.end(input);
      child.once('error', reject);
      child.once('close', (code, signal) =>
        resolve({ status: code ?? 255, stdout, stderr, ...(signal === null ? {} : { signal }) }),
      );
    });
  }

  async join(args: readonly string[] = [], token = this.service.token, env: NodeJS.ProcessEnv = {}) {
    const own = ['--sshd-config', this.config, '--sshd', sshdPath];
    return this.run(['join', ...own, ...args], `${token}\n`, env);
  }

  /** Joins, and fails the test with the kit's words where that does not go well. */
  async joined(): Promise<this> {
    const said = await this.join();
    if (said.status !== 0) throw new Error(`join ended with ${said.status}:\n${said.stdout}${said.stderr}`);
    return this;
  }

  read(name: string): string {
    return readFileSync(join(this.state, name), 'utf8');
  }

  /** A user certificate for that role, and whether real ssh gets in with it; no question may be asked. */
  async logsIn(role = 'webadmin', more: readonly string[] = []): Promise<boolean> {
    const certificate = certify(this.directory, this.service.userAuthority, this.userKey.line, {
      type: 'user',
      principals: [`role:${role}`],
    });
    writeFileSync(`${this.userKey.path}-cert.pub`, certificate);
    return this.#ssh(this.userKey, more);
  }

  /** For ssh to a host that shows a bare key. */
  static readonly unproved = ['StrictHostKeyChecking=no', 'UserKnownHostsFile=/dev/null'] as const;

  /** Whether the key in authorized_keys still gets in. */
  async ordinaryLogsIn(): Promise<boolean> {
    return this.#ssh(this.ordinaryKey, [...Machine.unproved]);
  }

  /** Host name and host authority, as `writ login` would put them: a plain key is not believed. */
  get knownHosts(): string {
    const path = join(this.directory, 'known_hosts');
    writeFileSync(path, `@cert-authority *.acme.example ${this.service.hostAuthority.line}\n`);
    return path;
  }

  async #ssh(key: KeyFile, more: readonly string[]): Promise<boolean> {
    // An sshd that reads its files anew listens to nobody for a moment.
    const options = ['BatchMode=yes', 'IdentitiesOnly=yes', 'IdentityAgent=none', 'ConnectionAttempts=10'];
    const trust =
      this.service.joined === undefined
        ? ['StrictHostKeyChecking=no']
        : ['StrictHostKeyChecking=yes', 'HostKeyAlias=web-1.acme.example'];
    const known = this.service.joined === undefined ? '/dev/null' : this.knownHosts;
    const { status, stdout, stderr } = await runProgram('ssh', [
      ...['-F', 'none', '-p', String(this.sshd.port), '-i', key.path],
      ...[...more, ...options, ...trust, `UserKnownHostsFile=${known}`].flatMap((each) => ['-o', each]),
      ...[`${me}@127.0.0.1`, 'echo in'],
    ]);
    if (status !== 0 && !stderr.includes('Permission denied')) throw new Error(`ssh: ${stderr}`);
    return status === 0 && stdout === 'in\n';
  }

  async stop(): Promise<void> {
    await this.sshd.stop();
    await this.service.close();
    rmSync(this.directory, { recursive: true });
  }
}
