import { Catch, NotFoundException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { ProblemCode } from '@writ/contract';
import { CodedError } from '@writ/kernel';
import type { FastifyReply } from 'fastify';
import { fromFramework } from './framework-error.js';
import { isFault, problemOf } from './problem.js';
import { pathOf } from './request-log.js';
import type { FastifyRequest } from './request.js';

/** The one place where an error becomes an HTTP answer. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  /** @param methodsAt which methods the service's routes have at a path */
  constructor(private readonly methodsAt: (path: string) => readonly string[]) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const allowed = thrown instanceof NotFoundException ? this.methodsAt(pathOf(request.url)) : [];
    const error = allowed.length > 0 ? wrongMethod(request.method, allowed) : fromFramework(thrown);
    const problem = problemOf(error, request.id);
    request.problem = problem.code;
    if (isFault(problem.code)) request.log.error({ requestId: request.id, err: error }, 'request failed');
    if (reply.sent) return;
    if (problem.status === 401) reply.header('www-authenticate', 'Bearer realm="writ"');
    if (allowed.length > 0) reply.header('allow', allowed.join(', '));
    if (problem.retryAfterSeconds !== undefined)
      reply.header('retry-after', String(problem.retryAfterSeconds));
    reply.removeHeader('etag');
    reply.header('cache-control', 'no-store').header('content-type', 'application/problem+json');
    reply.status(problem.status).send(JSON.stringify(problem));
  }
}

function wrongMethod(method: string, allowed: readonly string[]): CodedError<ProblemCode> {
  return new CodedError<ProblemCode>(
    'method_not_allowed',
    `This address takes ${allowed.join(' and ')}, not ${method}.`,
  );
}
