import type { ProblemCode } from '@writ/contract';
import { CodedError } from '@writ/kernel';
import type { Socket } from 'node:net';
import type { Logger } from 'pino';
import { answerRaw } from './raw-answer.js';
import { requestId } from './request-id.js';

const headersTooLarge = 'HPE_HEADER_OVERFLOW';
const tooSlow = 'ERR_HTTP_REQUEST_TIMEOUT';

/** Answers what Node's HTTP parser refused, before there was a request; every answer ends the connection. */
export function clientErrorAnswer(log: Logger): (error: NodeJS.ErrnoException, socket: Socket) => void {
  return (error, socket) => {
    if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) {
      socket.destroy();
      return;
    }
    answerRaw(log, socket, refusal(error.code), requestId(undefined));
  };
}

function refusal(code: string | undefined): CodedError<ProblemCode> {
  if (code === headersTooLarge)
    return new CodedError('headers_too_large', 'The headers are larger than this service takes.');
  if (code === tooSlow) return new CodedError('request_timeout', 'The request took too long to arrive.');
  return new CodedError('request_invalid', 'This is not an HTTP request.');
}
