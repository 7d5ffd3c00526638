import type { FastifyBaseLogger } from 'fastify';
import type { Logger } from 'pino';

/** Fastify's own messages in the service's log; what it says while all goes well is for debugging, as with Nest. */
export function fastifyLog(log: Logger): FastifyBaseLogger {
  return Object.create(log, { info: { value: log.debug.bind(log) } }) as FastifyBaseLogger;
}
