import type { ProblemCode } from '@writ/contract';
import { CodedError } from '@writ/kernel';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Logger } from 'pino';
import { answerRaw } from './raw-answer.js';
import { requestId } from './request-id.js';

/** Answers CONNECT, after which Node gives a connection away for good. */
export function tunnelAnswer(log: Logger): (request: IncomingMessage, socket: Socket) => void {
  return ({ headers }, socket) => {
    // Nobody else listens any more; what else arrives is thrown away, so that the end of it is seen.
    socket.on('error', () => socket.destroy()).resume();
    const error = new CodedError<ProblemCode>(
      'request_invalid',
      'This service is no proxy: it takes no CONNECT.',
    );
    answerRaw(log, socket, error, requestId(headers['x-request-id']));
  };
}
