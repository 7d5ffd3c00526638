import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { cliError, fail } from '../errors.js';
import type { ExitStatus } from '../exit-status.js';
import type { Run } from '../run.js';

/** Signals that end us are handed on; the service decides when it is done. */
const handedOn = ['SIGTERM', 'SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGUSR2'] as const;

/** A command that the service's own program runs, in a process of its own, with our terminal and the words unread. */
export function ofService(command: string): { readonly run: Run } {
  return { run: (_, input) => start(command, input.argumentList('words')) };
}

function entryPoint(): string {
  // The bundle is CommonJS: this is where it lies, also when it was started through a link.
  const packages = createRequire(__filename).resolve.paths('@writ/api') ?? [];
  const found = packages.map((path) => join(path, '@writ/api')).find((path) => existsSync(path));
  const entry = found === undefined ? null : join(found, 'dist/program/main.js');
  if (entry === null || !existsSync(entry))
    fail(
      'service_missing',
      'The service is not here: this command is for its machine. In a clone, run `npm run build` first.',
      {
        looked: dirname(entry ?? 'node_modules/@writ/api/'),
      },
    );
  return entry;
}

function start(command: string, words: readonly string[]): Promise<ExitStatus> {
  const entry = entryPoint();
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [entry, command, ...words], {
      // The channel carries nothing: it tells the child when we are gone, also by SIGKILL, which nobody hands on.
      stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    });
    const hand = (signal: NodeJS.Signals): void => {
      // The terminal has sent Ctrl-C and Ctrl-\ to the child already.
      if (process.stdin.isTTY && (signal === 'SIGINT' || signal === 'SIGQUIT')) return;
      child.kill(signal);
    };
    for (const signal of handedOn) process.on(signal, hand);
    child.once('error', (error) =>
      reject(cliError('service_missing', `The service cannot be started: ${error.message}.`, {}, error)),
    );
    child.once('close', (status, signal) => {
      for (const each of handedOn) process.off(each, hand);
      resolve((status ?? 128 + constants.signals[signal ?? 'SIGTERM']) as ExitStatus);
    });
  });
}
