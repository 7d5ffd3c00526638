import type { LoggerService } from '@nestjs/common';
import type { Logger } from 'pino';

/** Nest's own messages in the service's log; what it says while all goes well is for debugging. */
export function nestLog(log: Logger): LoggerService {
  const text = (message: unknown): string => (message instanceof Error ? message.message : String(message));
  return {
    log: (message) => log.debug(text(message)),
    debug: (message) => log.debug(text(message)),
    verbose: (message) => log.trace(text(message)),
    warn: (message) => log.warn(text(message)),
    error: (message) => log.error(message instanceof Error ? { err: message } : {}, text(message)),
    fatal: (message) => log.fatal(message instanceof Error ? { err: message } : {}, text(message)),
  };
}
