import type { FastifyError, FastifyReply } from 'fastify';
import { fromFramework } from './framework-error.js';
import { problemOf } from './problem.js';
import type { FastifyRequest } from './request.js';

/** Answers what Fastify's router refused, before there was a route: a path badly encoded, or too long. */
export function answerRouterError(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  const problem = problemOf(fromFramework(error), request.id);
  request.problem = problem.code;
  reply.header('x-request-id', request.id).header('cache-control', 'no-store');
  reply
    .status(problem.status)
    .header('content-type', 'application/problem+json')
    .send(JSON.stringify(problem));
}
