import type { FastifyReply } from 'fastify';
import type { Logger } from 'pino';
import { withoutTokens } from '../log.js';
import type { FastifyRequest } from './request.js';
import { plainAddress } from './source.js';

/** The one line that every request leaves in the log: never its headers, query or body. */
export function logRequest(log: Logger, request: FastifyRequest, reply: FastifyReply): void {
  const { caller, problem } = request;
  log.info(
    {
      requestId: request.id,
      method: request.method,
      path: withoutTokens(pathOf(request.url)),
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime * 10) / 10,
      source: plainAddress(request.ip),
      ...(caller === null ? {} : { user: caller.userName, organization: caller.organizationHandle }),
      ...(problem === null ? {} : { problem }),
    },
    'request',
  );
}

/** A request target without its query, at most 512 characters of it. */
export function pathOf(url: string): string {
  const end = url.indexOf('?');
  return (end === -1 ? url : url.slice(0, end)).slice(0, 512);
}
