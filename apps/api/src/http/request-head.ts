import type { ProblemCode } from '@writ/contract';
import { CodedError } from '@writ/kernel';
import type { IncomingMessage } from 'node:http';

type Head = Pick<IncomingMessage, 'httpVersion' | 'headers' | 'rawHeaders'>;

/** As Node reads it: what names 100-continue is told to go on before we see it. */
const understood = /(?:^|\W)100-continue(?:$|\W)/i;

/**
 * What HTTP itself asks of a request, which Node would refuse without a word of ours. Ends in `request_invalid` (RFC 9112
 * §3.2: one Host), `expectation_failed` (RFC 9110 §10.1.1).
 */
export function assertHead({ httpVersion, headers, rawHeaders }: Head): void {
  if (httpVersion !== '1.1') return;
  if (headers.host === undefined || hosts(rawHeaders) > 1)
    throw new CodedError<ProblemCode>('request_invalid', 'An HTTP/1.1 request names its host, once.');
  if (headers.expect !== undefined && !understood.test(headers.expect))
    throw new CodedError<ProblemCode>('expectation_failed', 'Of expectations only 100-continue is met here.');
}

/** Names and values take turns; only the first Host is among a request's headers. */
function hosts(rawHeaders: readonly string[]): number {
  let count = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? '';
    if (name.length === 4 && name.toLowerCase() === 'host') count += 1;
  }
  return count;
}
