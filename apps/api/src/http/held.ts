import type { FastifyReply } from 'fastify';
import { Readable } from 'node:stream';
import type { FastifyRequest } from './request.js';

/** What a handler of a held request resolves to: what `Held.body` made of its answer. */
export type HeldBody = Uint8Array | Readable | undefined;

/** Pieces that are together no larger than this are sent as one. */
const inOne = 65_536;

/**
 * A request that may wait for as long as its handler likes. Thousands wait at a time, so that nothing may come with one that
 * it can do without.
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

  /** An answer that goes on until the stream ends, kept by nobody on the way. */
  stream(mediaType: string, stream: Readable): HeldBody {
    this.reply.header('content-type', mediaType);
    // As nginx and those like it understand it.
    this.reply.header('x-accel-buffering', 'no');
    return stream;
  }

  /**
   * What to answer with, for one reader, kept by no cache: pieces, so that what many are sent lies in memory once; null: 204, there is nothing.
   * Their length is said, so that the reader knows a torn one.
   */
  body(mediaType: string, pieces: readonly Uint8Array[] | null): HeldBody {
    if (pieces === null) {
      this.reply.status(204);
      return undefined;
    }
    const length = pieces.reduce((sum, { byteLength }) => sum + byteLength, 0);
    this.reply.header('content-type', mediaType);
    if (length <= inOne) return Buffer.concat(pieces, length);
    this.reply.header('content-length', String(length));
    // One after the other, as fast as the reader takes them.
    return Readable.from(pieces, { objectMode: true });
  }
}
