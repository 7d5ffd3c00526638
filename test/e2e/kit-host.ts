import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { makeHostKeys, runProgram, startSshd, type Sshd, type SshResult } from '@writ/testkit/sshd';

const sshdPath = process.env['WRIT_SSHD'] ?? '/usr/sbin/sshd';

/** A machine with a real sshd in a directory and on a port of its own, which joins by the real kit. */
export class KitHost {
  private constructor(
    readonly name: string,
    readonly directory: string,
    readonly sshd: Sshd,
    /** What its sshd_config said before it joined. */
    readonly original: string,
  ) {}

  /** Starts it, with such lines in its sshd_config; `directory` is one that logins can get through. */
  static async start(directory: string, name: string, more: readonly string[] = []): Promise<KitHost> {
    mkdirSync(join(directory, 'etc'), { recursive: true });
    const keys = await makeHostKeys(join(directory, 'etc'), ['ed25519', 'ecdsa']);
    const sshd = await startSshd(join(directory, 'etc'), [
      // Below a directory that all may write to, which is no place for a real one.
      'StrictModes no',
      `PidFile ${directory}/etc/sshd.pid`,
      'Subsystem sftp internal-sftp',
      ...keys.map((key) => `HostKey ${key}`),
      ...more,
    ]);
    return new KitHost(name, directory, sshd, readFileSync(join(directory, 'etc/sshd_config'), 'utf8'));
  }

  config(): string {
    return readFileSync(join(this.directory, 'etc/sshd_config'), 'utf8');
  }

  /** The whole command that a line of the documentation means here, where all lies elsewhere than on a real host. */
  command(line: string): string {
    const { directory, name } = this;
    const etc = `--sshd-config ${directory}/etc/sshd_config --sshd ${sshdPath}`;
    return line
      .replace(
        /^(?:\/etc\/writ-host\/)?writ-host (.*)/,
        `${directory}/kit/writ-host $1 --directory ${directory}/kit`,
      )
      .replace(
        /^sh writ-host join(.*)/,
        `sh writ-host join$1 --name ${name} --token-file ${directory}/token ${etc} --directory ${directory}/kit`,
      );
  }

  /** Runs it there. */
  run(line: string): Promise<SshResult> {
    return runProgram('/bin/sh', ['-c', `cd '${this.directory}' && ${this.command(line)}`]);
  }

  /** What is asked for when it joins. */
  token(token: string): void {
    writeFileSync(join(this.directory, 'token'), `${token}\n`, { mode: 0o600 });
  }

  /** Its Ed25519 key is another one from now on; resolves to its fingerprint. */
  newKey(): string {
    const path = join(this.directory, 'etc/ssh_host_ed25519_key');
    rmSync(path);
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', path]);
    return execFileSync('ssh-keygen', ['-lf', path], { encoding: 'utf8' }).split(' ')[1] ?? '';
  }
}
