import { problemStatus, type ProblemCode } from '@writ/contract';
import type { CodedError } from '@writ/kernel';
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { Logger } from 'pino';
import { problemOf } from './problem.js';
import { plainAddress } from './source.js';

/** How long a client may take to read the answer and to close (ms). */
const linger = 2_000;

/**
 * Answers on a connection that carries no request which could be replied to, and ends it. Leaves one line in the log, of
 * nothing that the client sent: garbage costs whoever sends it a connection for each short line.
 */
export function answerRaw(
  log: Logger,
  socket: Socket,
  error: CodedError<ProblemCode>,
  requestId: string,
): void {
  log.info(
    {
      requestId,
      status: problemStatus[error.code],
      source: plainAddress(socket.remoteAddress ?? ''),
      problem: error.code,
    },
    'request',
  );
  const cut = setTimeout(() => socket.destroy(), linger);
  cut.unref();
  socket.once('close', () => clearTimeout(cut));
  socket.end(text(error, requestId));
}

function text(error: CodedError<ProblemCode>, requestId: string): string {
  const body = JSON.stringify(problemOf(error, requestId));
  const status = problemStatus[error.code];
  return [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    'content-type: application/problem+json',
    `content-length: ${Buffer.byteLength(body)}`,
    `date: ${new Date().toUTCString()}`,
    `x-request-id: ${requestId}`,
    'x-content-type-options: nosniff',
    'cache-control: no-store',
    'connection: close',
    '',
    body,
  ].join('\r\n');
}
