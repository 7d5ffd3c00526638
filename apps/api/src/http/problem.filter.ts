import { Catch, NotFoundException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { Problem, ProblemCode } from '@writ/contract';
import { CodedError } from '@writ/kernel';
import type { ScopedDatabase } from '@writ/storage';
import type { FastifyReply } from 'fastify';
import { isNoted, noteRefusal } from '../events/note-refusal.js';
import { fromFramework } from './framework-error.js';
import { isFault, problemOf } from './problem.js';
import { pathOf } from './request-log.js';
import type { FastifyRequest } from './request.js';

/** The one place where an error becomes an HTTP answer. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private saidToHoldBack = false;

  /**
   * @param methodsAt which methods the service's routes have at a path
   * @param store where refusals are written down
   */
  constructor(
    private readonly methodsAt: (path: string) => readonly string[],
    private readonly store: ScopedDatabase,
  ) {}

  async catch(thrown: unknown, host: ArgumentsHost): Promise<void> {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const allowed = thrown instanceof NotFoundException ? this.methodsAt(pathOf(request.url)) : [];
    const error = allowed.length > 0 ? wrongMethod(request.method, allowed) : fromFramework(thrown);
    const problem = problemOf(error, request.id);
    request.problem = problem.code;
    if (this.isNews(problem.code)) request.log.error({ requestId: request.id, err: error }, 'request failed');
    if (isNoted(request, problem)) await this.note(request, problem);
    if (reply.sent) return;
    if (problem.status === 401) reply.header('www-authenticate', 'Bearer realm="writ"');
    if (allowed.length > 0) reply.header('allow', allowed.join(', '));
    if (problem.retryAfterSeconds !== undefined)
      reply.header('retry-after', String(problem.retryAfterSeconds));
    reply.removeHeader('etag');
    reply.header('cache-control', 'no-store').header('content-type', 'application/problem+json');
    reply.status(problem.status).send(JSON.stringify(problem));
  }

  /** That the service holds back is said by the first request that it refuses: the others are refused for the same. */
  private isNews(code: ProblemCode): boolean {
    if (code !== 'database_put_back') return isFault(code);
    const first = !this.saidToHoldBack;
    this.saidToHoldBack = true;
    return first;
  }

  /** Before the answer, so that whoever was refused finds it written down; a database that is gone changes no refusal. */
  private async note(request: FastifyRequest, problem: Problem): Promise<void> {
    try {
      await noteRefusal(this.store, request, problem);
    } catch (error) {
      request.log.error({ requestId: request.id, err: error }, 'a refusal could not be written down');
    }
  }
}

function wrongMethod(method: string, allowed: readonly string[]): CodedError<ProblemCode> {
  return new CodedError<ProblemCode>(
    'method_not_allowed',
    `This address takes ${allowed.join(' and ')}, not ${method}.`,
  );
}
