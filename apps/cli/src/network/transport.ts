import { Agent, request as send, type ClientRequest, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import type { HttpAnswer, HttpRequest, Transport } from '@writ/contract';
import { isCodedError } from '@writ/kernel';
import { cliError, fail } from '../errors.js';
import { readAuthorities } from './authorities.js';
import { connect } from './connect.js';
import type { Server } from './server.js';

/** How long a server may be silent in the middle of an answer. */
const patience = 30_000;
const largestAnswer = 64 << 20;

type Opened = (error: Error | null, connection?: Duplex) => void;

/** An agent whose connections come from `connect`: nothing is sent before the server is known to be the right one. */
class CheckedAgent extends Agent {
  constructor(private readonly open: () => Promise<Duplex>) {
    super({ keepAlive: true, maxSockets: 8 });
  }

  override createConnection(_options: unknown, opened: Opened): undefined {
    this.open().then(
      (connection) => opened(null, connection),
      (error: Error) => opened(error),
    );
  }
}

/**
 * A transport for the typed client. `known`: somebody has signed in there, so that it is no other kind of server. Rejects with 'server_unreachable', 'tls_untrusted', 'tls_pin_mismatch' (nothing was
 * sent), 'answer_lost' (it may have been done) or 'answer_unexpected'. What may be repeated is repeated.
 */
export async function transportTo(server: Server, known = false): Promise<Transport> {
  const authorities = server.caFile === null ? undefined : await readAuthorities(server.caFile);
  const agent = new CheckedAgent(() => connect(server, authorities));
  return repeating((request) => once(server, known, agent, request));
}

function once(
  server: Server,
  known: boolean,
  agent: Agent,
  { method, path, headers, body, onChunk, signal }: HttpRequest,
): Promise<HttpAnswer> {
  const { host, pathname } = new URL(server.url);
  return new Promise((resolve, reject) => {
    const length = body === null ? {} : { 'content-length': String(Buffer.byteLength(body)) };
    const request: ClientRequest = send({
      agent,
      method,
      path: `${pathname.replace(/\/$/, '')}${path}`,
      headers: { ...headers, ...length, host, 'user-agent': 'writ' },
      ...(signal === undefined ? {} : { signal }),
    });
    request.setTimeout(patience, () => request.destroy(new Error('it has been silent for too long')));
    request.once('error', (error) => reject(isCodedError(error) ? error : lost(server, known, error)));
    request.once('response', (answer) => {
      collect(server, answer, onChunk).then(resolve, (error: Error) => {
        request.destroy();
        reject(isCodedError(error) ? error : lost(server, known, error));
      });
    });
    request.end(body ?? undefined);
  });
}

async function collect(
  server: Server,
  answer: IncomingMessage,
  onChunk: HttpRequest['onChunk'],
): Promise<HttpAnswer> {
  const chunks: Buffer[] = [];
  let length = 0;
  const passedOn = answer.statusCode === 200 ? onChunk : undefined;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    if (passedOn !== undefined) {
      passedOn(chunk);
      continue;
    }
    chunks.push(chunk);
    length += chunk.length;
    if (length > largestAnswer)
      fail('answer_unexpected', `${server.url} answers without end; is it a Writ service?`, {
        url: server.url,
      });
  }
  const status = answer.statusCode ?? 0;
  if (status >= 300 && status < 400)
    fail(
      'answer_unexpected',
      `${server.url} sends us elsewhere (${status}); give the address of the service itself.`,
      {
        url: server.url,
        status,
      },
    );
  const headers = Object.entries(answer.headers).map(([name, value]) => [name, String(value)]);
  return {
    status,
    headers: Object.fromEntries(headers) as Record<string, string>,
    body: Buffer.concat(chunks),
  };
}

function lost(server: Server, known: boolean, error: Error): Error {
  // What a TLS server says to plain http: nothing, or bytes that are no HTTP.
  const noHttp = 'code' in error && /^(ECONNRESET|HPE_)/.test(String(error.code));
  if (!known && server.url.startsWith('http:') && noHttp)
    return cliError(
      'answer_lost',
      `The answer of ${server.url} was lost; it may be an https server: try ${server.url.replace(/^http/, 'https')}.`,
      { url: server.url },
      error,
    );
  return cliError(
    'answer_lost',
    `The answer of ${server.url} was lost: ${error.message}. Whether it was done can be seen there.`,
    { url: server.url },
    error,
  );
}

/**
 * Repeats, with its headers unchanged, what does no harm when done twice and whose answer was lost: reading, whatever
 * carries an Idempotency-Key, and refreshing (the service gives the same successor again for 30 s).
 */
export function repeating(transport: Transport, delays: readonly number[] = [200, 1000]): Transport {
  return async (request) => {
    const harmless =
      request.method === 'GET' || 'idempotency-key' in request.headers || request.path === '/v1/refresh';
    for (const delay of harmless ? delays : []) {
      try {
        return await transport(request);
      } catch (error) {
        if (!isCodedError(error, 'answer_lost') || request.signal?.aborted === true) throw error;
        await pause(delay);
      }
    }
    return transport(request);
  };
}
