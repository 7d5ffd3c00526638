import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Ended {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The command as `npm run build` leaves it. */
export const writCommand = join(clone(dirname(fileURLToPath(import.meta.url))), 'apps/cli/bin/writ.js');

function clone(directory: string): string {
  return existsSync(join(directory, 'nx.json')) ? directory : clone(dirname(directory));
}

/** Somebody's machine: a home of its own, and nothing of this one but PATH. */
export class Machine {
  readonly directory = mkdtempSync(join(tmpdir(), 'writ-machine-'));
  readonly home = join(this.directory, 'home');
  environment: Record<string, string>;

  constructor(more: Readonly<Record<string, string>> = {}) {
    mkdirSync(this.home);
    this.environment = {
      PATH: process.env['PATH'] ?? '/usr/bin:/bin',
      HOME: this.home,
      LC_ALL: 'C.UTF-8',
      ...more,
    };
  }

  path(name: string): string {
    return join(this.directory, name);
  }

  /** Runs `writ` to its end, whatever that is. */
  writ(words: readonly string[], more: Readonly<Record<string, string>> = {}): Promise<Ended> {
    return this.run(process.execPath, [writCommand, ...words], more);
  }

  /** Runs `writ`, which must succeed; resolves with its standard output. */
  async data(...words: readonly string[]): Promise<string> {
    const { status, stdout, stderr } = await this.writ(words);
    if (status !== 0)
      throw new Error(`writ ${words.join(' ')} ended with status ${status}:\n${stdout}${stderr}`);
    return stdout;
  }

  /** Runs `writ … --json`, which must succeed; resolves with what it printed. */
  async json<T>(...words: readonly string[]): Promise<T> {
    return JSON.parse(await this.data(...words, '--json')) as T;
  }

  /**
   * Runs `writ`, which must succeed, and gives it one line of input in answer to its first line of data; resolves with the
   * lines of its standard output.
   */
  talking(words: readonly string[], answer: (first: string) => string): Promise<readonly string[]> {
    return new Promise((resolve, reject) => {
      const child = spawn(process.execPath, [writCommand, ...words], {
        cwd: this.directory,
        env: this.environment,
        stdio: ['pipe', 'pipe', 'ignore'],
      });
      let stdout = '';
      let answered = false;
      child.stdout.on('data', (chunk: Buffer) => {
        stdout += chunk.toString();
        const end = stdout.indexOf('\n');
        if (answered || end === -1) return;
        answered = true;
        child.stdin.end(`${answer(stdout.slice(0, end))}\n`);
      });
      child.once('error', reject);
      child.once('close', (status) => {
        if (status === 0) resolve(stdout.trimEnd().split('\n'));
        else reject(new Error(`writ ${words.join(' ')} ended with status ${status}:\n${stdout}`));
      });
    });
  }

  run(
    command: string,
    words: readonly string[],
    more: Readonly<Record<string, string>> = {},
  ): Promise<Ended> {
    return new Promise((resolve, reject) => {
      const child = spawn(command, words, {
        cwd: this.directory,
        env: { ...this.environment, ...more },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let stdout = '';
      let stderr = '';
      child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
      child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
      child.once('error', reject);
      child.once('close', (code) => resolve({ status: code ?? -1, stdout, stderr }));
    });
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true, maxRetries: 5 });
  }
}
