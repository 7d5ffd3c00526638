import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { DynamicModule } from '@nestjs/common';
import type { Route } from '@writ/contract';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Config } from '../config/config.js';
import { makeAdapter, type TlsPair } from '../http/adapter.js';
import { boundHandlers } from '../http/bound-handlers.js';
import { Crowd } from '../http/crowd.js';
import { assertDeclared, routeFaults, type ServedPath } from '../http/declared-routes.js';
import { nestLog } from '../nest-log.js';
import { listenError } from './listen.js';
import { openFileLimit, withinOpenFiles } from './open-files.js';

export interface ServiceParts {
  readonly config: Pick<Config, 'limits' | 'trustedProxies' | 'listen'>;
  readonly log: Logger;
  readonly module: DynamicModule;
  /** Every route that must be served, and nothing else may. */
  readonly routes: readonly Route[];
  readonly tls?: TlsPair | undefined;
}

/** How long a stop lets answers that were given reach their clients (ms). */
const linger = 2_000;

/** Connections that may wait to be accepted: thousands of hosts come back at once when the service was away. */
const backlog = 4_096;

/** A service that listens. */
export interface Service {
  /** 'http://127.0.0.1:7480' */
  readonly url: string;
  /** Uses another certificate for connections from now on. */
  replaceTls(pair: TlsPair): void;
  /** Lets no more requests in, waits for those inside as long as the limits say, and stops listening. */
  stop(): Promise<void>;
}

/**
 * Builds the application and listens. Ends in `routes_undeclared` (before it listens), `port_taken`,
 * `address_unavailable`.
 */
export async function startService({
  config: wanted,
  log,
  module,
  routes,
  tls,
}: ServiceParts): Promise<Service> {
  const config = { ...wanted, limits: withinOpenFiles(wanted.limits, openFileLimit()) };
  if (config.limits.connections < wanted.limits.connections) {
    const { connections } = config.limits;
    log.warn(
      { connections, wanted: wanted.limits.connections },
      'fewer connections than WRIT_MAX_CONNECTIONS: this process may not open more files (ulimit -n, LimitNOFILE)',
    );
  }
  const crowd = new Crowd(config.limits);
  const adapter = makeAdapter(config, log, crowd, tls);
  const served: ServedPath[] = [];
  adapter.getInstance().addHook('onRoute', ({ method, url }) => {
    for (const one of [method].flat()) served.push({ method: one, path: url });
  });
  const app = await NestFactory.create<NestFastifyApplication>(module, adapter, {
    bodyParser: false,
    abortOnError: false,
    logger: nestLog(log),
  });
  try {
    await app.init();
    assertDeclared(routeFaults(routes, boundHandlers(app), served));
    await app.listen({ ...config.listen, backlog }).catch((error: unknown) => {
      throw listenError(error, config.listen);
    });
  } catch (error) {
    await app.close();
    throw error;
  }
  const { server } = adapter.getInstance();
  return {
    url: urlOf(server.address() as AddressInfo, tls !== undefined),
    replaceTls(pair) {
      if ('setSecureContext' in server)
        (server as { setSecureContext(pair: TlsPair): void }).setSecureContext(pair);
    },
    async stop() {
      crowd.close();
      const done = new AbortController();
      const after = (ms: number): Promise<void> => delay(ms, undefined, { signal: done.signal, ref: false });
      const cut = (): void => server.closeAllConnections();
      const patience = after(config.limits.stopSeconds * 1_000).then(cut);
      const emptied = crowd.empty();
      // Connections that never sent a request count as busy; answers that were given may still be on their way.
      void emptied.then(() => after(linger)).then(cut, () => undefined);
      await app.close();
      // A client that went away does not end the work that it asked for.
      await Promise.race([emptied, patience]);
      done.abort();
      await patience.catch(() => undefined);
    },
  };
}

function urlOf({ address, family, port }: AddressInfo, tls: boolean): string {
  return `${tls ? 'https' : 'http'}://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}
