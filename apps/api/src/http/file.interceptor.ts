import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import type { FileAnswer } from '@writ/contract';
import type { FastifyReply } from 'fastify';
import { map, type Observable } from 'rxjs';
import { routeOf } from './handler-route.js';
import type { FastifyRequest } from './request.js';
import type { FileContent } from './route-input.js';

type Body = Uint8Array | undefined;

/** Sends what a handler of a file route resolved to, or 304 to a client that holds it already (RFC 9110 §13.1.2). */
@Injectable()
export class FileInterceptor implements NestInterceptor<FileContent, Body> {
  intercept(context: ExecutionContext, next: CallHandler<FileContent>): Observable<Body> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const reply = context.switchToHttp().getResponse<FastifyReply>();
    const { mediaType } = routeOf(context.getHandler())?.response as FileAnswer;
    return next.handle().pipe(map((content) => fileBody(request, reply, mediaType, content)));
  }
}

/** Puts everything but the body into the reply; returns the body, undefined for 304. */
export function fileBody(
  request: Pick<FastifyRequest, 'headers'>,
  reply: FastifyReply,
  mediaType: string,
  { bytes, etag, maxAgeSeconds, location }: FileContent,
): Body {
  reply.header('etag', `"${etag}"`);
  reply.header('cache-control', cacheControl(maxAgeSeconds));
  if (location !== undefined) reply.header('content-location', location);
  if (holds(request.headers['if-none-match'], etag)) {
    reply.status(304);
    return undefined;
  }
  reply.header('content-type', mediaType);
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** 'for ever' is a year: no cache keeps anything longer (RFC 8246). */
function cacheControl(maxAge: FileContent['maxAgeSeconds']): string {
  if (maxAge === null) return 'no-store';
  return maxAge === 'for ever' ? 'public, max-age=31536000, immutable' : `public, max-age=${maxAge}`;
}

/** True when an If-None-Match header names the etag, compared weakly as RFC 9110 asks. */
export function holds(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  const named = ifNoneMatch.split(',').map((one) => one.trim().replace(/^W\//, ''));
  return named.includes('*') || named.includes(`"${etag}"`);
}
