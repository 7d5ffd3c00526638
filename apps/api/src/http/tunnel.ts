import type { ProblemCode } from '@writ/contract';
import { CodedError } from '@writ/kernel';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { answerRaw } from './raw-answer.js';
import { requestId } from './request-id.js';

/** Answers CONNECT, after which Node gives a connection away for good. */
export function refuseTunnel({ headers }: IncomingMessage, socket: Duplex): void {
  // Nobody else listens any more; what else arrives is thrown away, so that the end of it is seen.
  socket.on('error', () => socket.destroy()).resume();
  const error = new CodedError<ProblemCode>(
    'request_invalid',
    'This service is no proxy: it takes no CONNECT.',
  );
  answerRaw(socket, error, requestId(headers['x-request-id']));
}
