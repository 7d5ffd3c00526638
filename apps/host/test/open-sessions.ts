import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { certify, type KeyFile, makeKey } from './keys.js';
import { Machine } from './machine.js';

/** A session that is open, by real ssh. */
export interface OpenSession {
  readonly client: ChildProcess;
  /** What it has said, line by line. */
  readonly lines: readonly string[];
  /** Resolves when the client has ended. */
  readonly ended: Promise<void>;
}

export interface Identity {
  readonly key: KeyFile;
  readonly serial: number;
}

/** Runs until whoever is at the other end is gone. */
export const atWork = 'echo in; exec cat';

/** Sessions on a machine that has joined, and the list of those that are to end. */
export class OpenSessions {
  readonly #open: OpenSession[] = [];
  #serial = 100;
  constructor(readonly machine: Machine) {}

  /** Where sshd's log is put for the kit, as `--log-file` names it. */
  get logFile(): string {
    return join(this.machine.directory, 'sshd.log');
  }

  get place(): string {
    return `${this.machine.login}@127.0.0.1`;
  }

  /** A key of its own with a certificate. */
  identity(keyId?: string): Identity {
    const { directory, service } = this.machine;
    this.#serial += 1;
    const serial = this.#serial;
    const key = makeKey(directory, `key_${serial}`);
    const what = { type: 'user', principals: ['role:webadmin'], serial } as const;
    const named = keyId === undefined ? what : { ...what, keyId };
    writeFileSync(`${key.path}-cert.pub`, certify(directory, service.userAuthority, key.line, named));
    return { key, serial };
  }

  /**
   * Opens a session with these arguments of ssh, by default one that is at work; resolves when sshd has let it in, and it has said `in`,
   * where it does.
   */
  async open({ path }: KeyFile, args: readonly string[] = [this.place, atWork]): Promise<OpenSession> {
    const { sshd } = this.machine;
    const before = sshd.lineCount();
    const options = ['BatchMode=yes', 'IdentitiesOnly=yes', 'IdentityAgent=none', ...Machine.unproved];
    const words = options.flatMap((each) => ['-o', each]);
    const client = spawn('ssh', ['-F', 'none', '-p', String(sshd.port), '-i', path, ...words, ...args]);
    const lines: string[] = [];
    const ended = once(client, 'close').then(() => {});
    const said = new Promise<void>((resolve) => {
      const take = (line: string) => {
        lines.push(line);
        if (line.trim() === 'in') resolve();
      };
      createInterface({ input: client.stdout }).on('line', take);
      createInterface({ input: client.stderr }).on('line', take);
    });
    await sshd.logged(/^(Accepted publickey|Starting session)/, before);
    if (args.some((each) => each.includes('echo in'))) await Promise.race([said, ended]);
    const session = { client, lines, ended };
    this.#open.push(session);
    return session;
  }

  /** The kit's log says what sshd's does, each line as `line` makes it. */
  log(line: (text: string) => string = (text) => text): void {
    const lines = this.machine.sshd.log().split('\n');
    writeFileSync(this.logFile, lines.map((text) => `${line(text)}\n`).join(''));
  }

  /** What is to end next. */
  cut(...lines: readonly string[]): void {
    this.machine.service.cut = lines;
    this.machine.service.cutNumber += 1;
    this.log();
  }

  /** The line of a cut list for certificates of the machine's authority. */
  serials(first: number, last = first): string {
    return `certificate ${this.machine.service.userAuthority.fingerprint} ${first} ${last}`;
  }

  /** What the kit keeps of the sessions that are open. */
  known(): readonly Readonly<
    Record<'id' | 'login' | 'authority' | 'serial' | 'key' | 'from' | 'how', string>
  >[] {
    const directory = join(this.machine.state, 'sessions');
    const names = readdirSync(directory).filter((name) => /^[0-9]/.test(name));
    return names.map((name) => {
      const words = readFileSync(join(directory, name), 'utf8').trim().split(' ');
      const [id = '', login = '', authority = '', serial = '', key = '', from = '', , how = ''] = words;
      return { id, login, authority, serial, key, from, how };
    });
  }

  /** Ends what is still open, and resolves when sshd's processes for it are gone. */
  async close(): Promise<void> {
    for (const { client } of this.#open.splice(0)) client.kill('SIGKILL');
    while (this.processes().length > 0) await new Promise((resolve) => setTimeout(resolve, 20));
  }

  /** sshd's processes, one for each connection. */
  processes(): number[] {
    const above = `\nPPid:\t${this.machine.sshd.pid}\n`;
    return readdirSync('/proc')
      .filter((name) => /^[0-9]+$/.test(name) && statusOf(name).includes(above))
      .map(Number);
  }
}

/** What the kernel says of a process; nothing, when it is gone, or was ended and nobody has asked how. */
export function statusOf(pid: string): string {
  try {
    const text = readFileSync(`/proc/${pid}/status`, 'utf8');
    return text.includes('\nState:\tZ') ? '' : text;
  } catch {
    return '';
  }
}
