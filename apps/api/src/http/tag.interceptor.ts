import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { map, type Observable } from 'rxjs';
import { holds } from './file.interceptor.js';
import type { FastifyRequest } from './request.js';
import type { Tagged } from './route-input.js';

/** Sends what a handler of a tagged route resolved to, or 304 to a client that holds it already (RFC 9110 §13.1.2). */
@Injectable()
export class TagInterceptor implements NestInterceptor<Tagged<unknown>, unknown> {
  intercept(context: ExecutionContext, next: CallHandler<Tagged<unknown>>): Observable<unknown> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const reply = context.switchToHttp().getResponse<FastifyReply>();
    return next.handle().pipe(
      map(({ etag, content }) => {
        reply.header('etag', `"${etag}"`);
        reply.header('cache-control', 'private, no-cache');
        if (!holds(request.headers['if-none-match'], etag)) return content();
        reply.status(304);
        return undefined;
      }),
    );
  }
}
