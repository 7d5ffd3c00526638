import { spawn } from 'node:child_process';
import type { Account } from './account.js';

/**
 * Ends a server when this process dies, however it dies: a shell waits for the end of a pipe that only we hold, and
 * then asks the server for a fast shutdown. Where no shell is, the next start of the service does it.
 * @returns call it when the server has ended, before its process id can be another's
 */
export function endWithUs(pid: number, account: Account | undefined): () => void {
  const shell = spawn('/bin/sh', ['-c', 'read _; kill -INT "$0"', String(pid)], {
    cwd: '/',
    env: {},
    // Not in our terminal's foreground: a Ctrl-C there must not take it away before us.
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
    ...(account === undefined ? {} : { uid: account.uid, gid: account.gid }),
  });
  shell.on('error', () => undefined);
  shell.stdin.on('error', () => undefined);
  return () => void shell.kill('SIGKILL');
}
