import { spawn, type ChildProcess } from 'node:child_process';
import type { Account } from './account.js';

/** What PostgreSQL's programs get of our environment: nothing that could be a secret. */
const environment = { PATH: process.env['PATH'] ?? '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };

/**
 * Starts one of PostgreSQL's programs under an account, in a session of its own (a Ctrl-C in our terminal is ours
 * to pass on), with nothing on standard input.
 */
export function spawnAs(
  program: string,
  args: readonly string[],
  account: Account | undefined,
): ChildProcess {
  return spawn(program, args, {
    cwd: '/',
    env: environment,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(account === undefined ? {} : { uid: account.uid, gid: account.gid }),
  });
}

/** Runs one of PostgreSQL's programs to its end: its exit status (-1: it did not start) and all that it wrote. */
export function runAs(
  program: string,
  args: readonly string[],
  account: Account | undefined,
): Promise<{ readonly status: number; readonly output: string }> {
  return new Promise((resolve) => {
    const child = spawnAs(program, args, account);
    let output = '';
    const take = (chunk: Buffer): void => void (output = (output + chunk.toString()).slice(-65536));
    child.stdout?.on('data', take);
    child.stderr?.on('data', take);
    child.on('error', (error) => resolve({ status: -1, output: error.message }));
    child.on('close', (status) => resolve({ status: status ?? -1, output }));
  });
}
