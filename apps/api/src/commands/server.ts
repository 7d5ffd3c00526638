import type { Logger } from 'pino';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../config/config.js';
import type { Extension } from '../extension.js';
import { makeLog } from '../log.js';
import { readTlsPair, tlsFilesOf } from '../tls/tls-files.js';
import { parseWords } from './command-line.js';
import type { Command, Invocation } from './command.js';
import { presentSecret } from './key-encryption-secret.js';
import { notInitialized } from './not-initialized.js';
import { Opened } from './opened.js';
import { refusePlainHttp } from './plain-http.js';
import type { Order } from './serve.js';

/** The command that runs the service, with whatever else it is to serve. */
export function serverCommand(extension: Extension): Command {
  return { run: (invocation) => run(invocation, extension) };
}

async function run(invocation: Invocation, extension: Extension): Promise<void> {
  parseWords(invocation.words, {}, 0);
  const { config, warnings } = invocation.configuration;
  const log = makeLog(config.logLevel);
  for (const warning of warnings) log.warn(warning);
  const stop = stopSignal(log);
  const order = await checked(invocation, extension, log);
  // Only now what takes long to load: whatever can be refused has been.
  const { serve } = await import('./serve.js');
  const opened = new Opened();
  try {
    await serve(order, opened);
    await stop;
    log.info('stopping');
  } finally {
    await opened.close();
  }
  log.info('stopped');
}

/** Everything that can be known to be wrong before anything is started. */
async function checked(
  { configuration, environment, terminal }: Invocation,
  extension: Extension,
  log: Logger,
): Promise<Order> {
  const { config } = configuration;
  const tlsFiles = tlsFilesOf(config);
  if (tlsFiles === undefined) refusePlainHttp(config);
  const tls = tlsFiles === undefined ? undefined : { files: tlsFiles, pair: await readTlsPair(tlsFiles) };
  if (!everInitialized(config)) throw notInitialized();
  const secret = await presentSecret(environment, config.stateDirectory, terminal);
  return { config, log, extension, secret, tls };
}

/** Before `init` there is nothing to open, and nothing is to be made either. */
function everInitialized({ stateDirectory, databaseUrl }: Config): boolean {
  return databaseUrl !== undefined || existsSync(join(stateDirectory, 'postgres'));
}

/** Resolves at the first SIGTERM or SIGINT; a second one ends the process at once. */
function stopSignal(log: Logger): Promise<void> {
  return new Promise((resolve) => {
    let asked = false;
    const onSignal = (signal: NodeJS.Signals): void => {
      if (asked) process.exit(signal === 'SIGINT' ? 130 : 143);
      asked = true;
      log.info({ signal }, 'asked to stop');
      resolve();
    };
    process.on('SIGTERM', onSignal).on('SIGINT', onSignal);
  });
}
