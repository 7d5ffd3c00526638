import { spawn } from 'node:child_process';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The clone's top folder. */
export const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');

/** What every tool that we start is told: no daemons left behind, no calls home, nothing cached in the home directory. */
export const quietEnv = {
  ...process.env,
  NX_DAEMON: 'false',
  NX_NO_CLOUD: 'true',
  NX_TUI: 'false',
  CHECKPOINT_DISABLE: '1',
  PRISMA_HIDE_UPDATE_MESSAGE: '1',
};

/**
 * Runs a program with inherited output and resolves with its exit status (128 + n for signal n).
 * @param {string} command @param {string[]} args @param {import('node:child_process').SpawnOptions} [options]
 * @returns {Promise<number>}
 */
export function run(command, args, options = {}) {
  return new Promise((done, fail) => {
    const child = spawn(command, args, { cwd: root, env: quietEnv, stdio: 'inherit', ...options });
    child.once('error', fail);
    child.once('close', (code, signal) => done(code ?? 128 + (signal === 'SIGINT' ? 2 : 15)));
  });
}

/** As `run`, but captures both outputs. */
export function capture(command, args, options = {}) {
  return new Promise((done, fail) => {
    const child = spawn(command, args, {
      cwd: root,
      env: quietEnv,
      stdio: ['ignore', 'pipe', 'pipe'],
      ...options,
    });
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    child.once('error', fail);
    child.once('close', (code) => done({ code: code ?? 1, output }));
  });
}

/** Ends this process with one line on stderr. */
export function stop(message, status = 1) {
  process.stderr.write(`${message}\n`);
  process.exit(status);
}
