import { problemStatus, type ProblemCode } from '@writ/contract';
import { CodedError } from '@writ/kernel';
import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { problemOf } from './problem.js';
import { requestId } from './request-id.js';

const headersTooLarge = 'HPE_HEADER_OVERFLOW';
const tooSlow = 'ERR_HTTP_REQUEST_TIMEOUT';

/** Answers what Node's HTTP parser refused, before there was a request; every answer ends the connection. */
export function answerClientError(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) {
    socket.destroy();
    return;
  }
  socket.end(rawAnswer(refusal(error.code)));
}

function refusal(code: string | undefined): CodedError<ProblemCode> {
  if (code === headersTooLarge)
    return new CodedError('headers_too_large', 'The headers are larger than this service takes.');
  if (code === tooSlow) return new CodedError('request_timeout', 'The request took too long to arrive.');
  return new CodedError('request_invalid', 'This is not an HTTP request.');
}

function rawAnswer(error: CodedError<ProblemCode>): string {
  const body = JSON.stringify(problemOf(error, requestId(undefined)));
  const status = problemStatus[error.code];
  return [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    'content-type: application/problem+json',
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
    '',
    body,
  ].join('\r\n');
}
