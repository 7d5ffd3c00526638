import { spawn, type ChildProcess } from 'node:child_process';
import { Socket } from 'node:net';

/**
 * Ends a process when this one dies, however it dies: a test that was cut short leaves nothing running. A shell waits for the end of a
 * pipe that only we hold, and then sends SIGTERM to it, or with `group` to all of the group that it leads.
 */
export function endWithUs<Child extends ChildProcess>(child: Child, group = false): Child {
  if (child.pid === undefined) return child;
  const whom = `${group ? '-' : ''}${child.pid}`;
  const shell = spawn('/bin/sh', ['-c', 'read -r _; kill -s TERM -- "$1"', 'sh', whom], {
    cwd: '/',
    env: {},
    // What ends us by our group is not to end it first.
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  shell.on('error', () => undefined);
  shell.stdin.on('error', () => undefined);
  // It is nothing to wait for.
  shell.unref();
  if (shell.stdin instanceof Socket) shell.stdin.unref();
  // Its number may be another's from then on.
  child.once('exit', () => shell.kill('SIGKILL'));
  return child;
}
