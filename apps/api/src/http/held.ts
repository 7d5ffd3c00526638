import type { FastifyReply } from 'fastify';
import type { OutgoingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import { fileBody, holds } from './file.interceptor.js';
import type { FastifyRequest } from './request.js';
import type { FileContent } from './route-input.js';

/**
 * A request that may wait for as long as its handler likes, and which the handler answers itself. Thousands wait at a time, and
 * are answered in one moment, so that nothing may come with one that it can do without.
 */
export class Held {
  constructor(
    private readonly request: FastifyRequest,
    private readonly reply: FastifyReply,
  ) {}

  /**
   * From now on the request is not worked on but held: it does not count, and nobody gives it up but its handler.
   * @param onGone called when its connection is closed, answered or not
   */
  begin(onGone: () => void): void {
    this.request.hold();
    if (this.reply.raw.destroyed) onGone();
    else this.reply.raw.once('close', onGone);
  }

  /** Whether its If-None-Match names that etag (without quotes). */
  holds(etag: string): boolean {
    return holds(this.request.headers['if-none-match'], etag);
  }

  /** Answers with a file, or with 304 a client that holds it. */
  file(mediaType: string, content: FileContent): void {
    this.reply.send(fileBody(this.request, this.reply, mediaType, content));
  }

  /** Answers with what goes on until the stream ends, kept by nobody on the way. */
  stream(mediaType: string, stream: Readable): void {
    this.reply.header('content-type', mediaType);
    // As nginx and those like it understand it.
    this.reply.header('x-accel-buffering', 'no');
    this.reply.send(stream);
  }

  /** Answers 204: there is nothing. */
  nothing(): void {
    this.reply.status(204).send();
  }

  /**
   * Answers one reader, kept by no cache. It is written as pieces, so that what many are sent lies in memory once: a copy for each
   * reader is most of what answering ten thousand costs. Their length is said, so that the reader knows a torn one.
   */
  body(mediaType: string, pieces: readonly Uint8Array[]): void {
    const { request, reply } = this;
    const { raw } = reply;
    const length = pieces.reduce((sum, { byteLength }) => sum + byteLength, 0);
    reply.header('content-type', mediaType).header('content-length', String(length));
    request.answered(reply);
    reply.hijack();
    if (raw.destroyed) return;
    raw.writeHead(200, reply.getHeaders() as OutgoingHttpHeaders);
    raw.cork();
    for (const piece of pieces) raw.write(piece);
    raw.end();
    raw.uncork();
  }
}
