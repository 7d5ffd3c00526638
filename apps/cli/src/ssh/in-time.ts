import { cliError } from '../errors.js';

/** Nothing that ssh has started is waited for longer than this (ms). */
const patience = 10_000;

/**
 * Gives up in the end, also where something hangs: the process is not to live on for its sake. Rejects with what `work` does, and with
 * 'server_unreachable' after ten seconds.
 * @param failing what the service has not done then
 */
export async function inTime(failing: string, work: () => Promise<unknown>): Promise<void> {
  const done = work();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      setTimeout(() => process.exit(), 500).unref();
      reject(cliError('server_unreachable', `The service ${failing} in ${patience / 1000} s.`));
    }, patience);
  });
  try {
    await Promise.race([done, late]);
  } finally {
    clearTimeout(timer);
    done.catch(() => undefined);
  }
}
