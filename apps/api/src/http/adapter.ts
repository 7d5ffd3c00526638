import { FastifyAdapter } from '@nestjs/platform-fastify';
import { systemClock } from '@writ/kernel';
import { LogController, type FastifyBaseLogger } from 'fastify';
import type { IncomingMessage } from 'node:http';
import type { Logger } from 'pino';
import type { Config, Limits } from '../config/config.js';
import { fastifyLog } from '../fastify-log.js';
import { clientErrorAnswer } from './client-error.js';
import type { Crowd } from './crowd.js';
import { Deadlines } from './deadlines.js';
import { parseJsonBody } from './json-body.js';
import { assertHead } from './request-head.js';
import { requestId } from './request-id.js';
import { logRequest } from './request-log.js';
import type { FastifyRequest } from './request.js';
import { unbelievedProxies } from './unbelieved-proxy.js';
import { routerErrorAnswer } from './router-error.js';
import { tunnelAnswer } from './tunnel.js';

export interface TlsPair {
  readonly cert: string;
  readonly key: string;
}

/** The HTTP server, with its limits, its one body format and its log line; it has no routes yet. */
export function makeAdapter(
  config: Pick<Config, 'limits' | 'trustedProxies'>,
  log: Logger,
  crowd: Crowd,
  tls: TlsPair | undefined,
): FastifyAdapter {
  const { limits, trustedProxies } = config;
  // What is in a request's line is known beforehand: looking for secrets in it would take longer than writing it.
  const lines = log.child({}, { redact: [] });
  const server = {
    maxHeaderSize: limits.headerBytes,
    headersTimeout: limits.requestSeconds * 1_000,
    connectionsCheckingInterval: 5_000,
    // We look ourselves, and answer as we answer everything.
    requireHostHeader: false,
  };
  const adapter = new FastifyAdapter({
    loggerInstance: fastifyLog(log),
    // Our one line per request carries the request id; a child logger per request would cost more than the line.
    childLoggerFactory: (parent: FastifyBaseLogger) => parent,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: (request: IncomingMessage) => requestId(request.headers['x-request-id']),
    bodyLimit: limits.bodyBytes,
    requestTimeout: limits.requestSeconds * 1_000,
    routerOptions: { maxParamLength: 256 },
    return503OnClosing: false,
    clientErrorHandler: clientErrorAnswer(lines),
    frameworkErrors: routerErrorAnswer(lines),
    trustProxy: trustedProxies.length === 0 ? false : [...trustedProxies],
    skipMiddie: true,
    ...(tls === undefined ? { http: server } : { https: { ...server, ...tls } }),
  });
  prepare(adapter, lines, crowd, limits);
  return adapter;
}

function prepare(adapter: FastifyAdapter, lines: Logger, crowd: Crowd, limits: Limits): void {
  const fastify = adapter.getInstance();
  const deadlines = new Deadlines(limits.requestSeconds * 1_000);
  const warnOfProxy = unbelievedProxies(lines, systemClock);
  const { server } = fastify;
  server.maxConnections = limits.connections;
  server.on('checkExpectation', (request, response) => void server.emit('request', request, response));
  server.on('connect', tunnelAnswer(lines));
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, bytes, done) => {
    done(null, parseJsonBody(bytes as Buffer));
  });
  fastify.decorateRequest('caller', null);
  fastify.decorateRequest('joinedHost', null);
  fastify.decorateRequest('input', null);
  fastify.decorateRequest('problem', null);
  fastify.decorateRequest('leave', null);
  fastify.decorateRequest('hold', function (this: FastifyRequest) {
    this.leave?.();
    this.leave = null;
    deadlines.end(this);
  });
  fastify.decorateRequest('answered', function (this: FastifyRequest, reply) {
    if (crowd.closed) reply.header('connection', 'close');
    this.leave?.();
    this.leave = null;
    deadlines.end(this);
    logRequest(lines, this, reply);
  });
  fastify.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id);
    reply.header('x-content-type-options', 'nosniff');
    reply.header('cache-control', 'no-store');
    warnOfProxy(request);
    try {
      assertHead(request.raw);
      request.leave = crowd.enter(request.ip);
      deadlines.begin(request, reply);
      done();
    } catch (error) {
      done(error as Error);
    }
  });
  // Not onResponse: an answer to a client that is gone is never "sent", but its work is done all the same.
  fastify.addHook('onSend', (request: FastifyRequest, reply, _payload, done) => {
    request.answered(reply);
    done();
  });
  fastify.addHook('onClose', (_fastify, done) => {
    deadlines.close();
    done();
  });
}
