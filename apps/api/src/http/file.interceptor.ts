import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import type { FileAnswer } from '@writ/contract';
import type { FastifyReply } from 'fastify';
import { Readable } from 'node:stream';
import { map, type Observable } from 'rxjs';
import { routeOf } from './handler-route.js';
import type { FastifyRequest } from './request.js';
import type { FileContent, FilePieces } from './route-input.js';

type Content = FileContent | FilePieces | null;
type Body = Uint8Array | Readable | undefined;

/**
 * Sends what a handler of a file route resolved to, or 304 to a client that holds it already (RFC 9110 §13.1.2), or 204 where
 * there is nothing.
 */
@Injectable()
export class FileInterceptor implements NestInterceptor<Content, Body> {
  intercept(context: ExecutionContext, next: CallHandler<Content>): Observable<Body> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const reply = context.switchToHttp().getResponse<FastifyReply>();
    const { mediaType } = routeOf(context.getHandler())?.response as FileAnswer;
    return next.handle().pipe(
      map((content) => {
        if (content === null) {
          reply.status(204);
          return undefined;
        }
        if ('pieces' in content) {
          reply.header('content-type', mediaType);
          return inPieces(reply, content);
        }
        const { bytes, etag, maxAgeSeconds } = content;
        reply.header('etag', `"${etag}"`);
        reply.header('cache-control', `public, max-age=${maxAgeSeconds}`);
        if (holds(request.headers['if-none-match'], etag)) {
          reply.status(304);
          return undefined;
        }
        reply.header('content-type', mediaType);
        return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      }),
    );
  }
}

/** The pieces one after the other, as fast as the reader takes them; their length is said, so that it knows a torn one. */
function inPieces(reply: FastifyReply, { pieces }: FilePieces): Readable {
  const length = pieces.reduce((sum, { byteLength }) => sum + byteLength, 0);
  reply.header('content-length', String(length));
  return Readable.from(pieces, { objectMode: true });
}

/** True when an If-None-Match header names the etag, compared weakly as RFC 9110 asks. */
export function holds(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  const named = ifNoneMatch.split(',').map((one) => one.trim().replace(/^W\//, ''));
  return named.includes('*') || named.includes(`"${etag}"`);
}
