import type { FastifyError, FastifyReply } from 'fastify';
import type { Logger } from 'pino';
import { fromFramework } from './framework-error.js';
import { problemOf } from './problem.js';
import { logRequest } from './request-log.js';
import type { FastifyRequest } from './request.js';

/**
 * Answers what Fastify's router refused, before there was a route: a path badly encoded, or too long. No hook sees these
 * requests, so their headers and their line in the log are made here.
 */
export function routerErrorAnswer(
  log: Logger,
): (error: FastifyError, request: FastifyRequest, reply: FastifyReply) => void {
  return (error, request, reply) => {
    const problem = problemOf(fromFramework(error), request.id);
    request.caller = null;
    request.problem = problem.code;
    reply
      .status(problem.status)
      .header('x-request-id', request.id)
      .header('x-content-type-options', 'nosniff')
      .header('cache-control', 'no-store')
      .header('content-type', 'application/problem+json');
    logRequest(log, request, reply);
    reply.send(JSON.stringify(problem));
  };
}
