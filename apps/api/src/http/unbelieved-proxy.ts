import type { Clock } from '@writ/kernel';
import type { IncomingHttpHeaders } from 'node:http';
import type { Logger } from 'pino';
import { bounded } from '../bounded-map.js';
import { party, plainAddress } from './source.js';

/** What of a request tells whether somebody forwarded it, and whether they are believed. */
export interface Arrival {
  readonly headers: IncomingHttpHeaders;
  /** The peer and whom it forwarded for, as far as they are believed; absent where no proxy is. */
  readonly ips?: readonly string[] | undefined;
  readonly socket: { readonly remoteAddress?: string | undefined };
}

/** The header can be sent by anybody: however many do, the log gets one line in this time (ms). */
const pause = 60_000;

/**
 * Warns of peers that say for whom they forward and are not believed: behind such a proxy everybody has its address,
 * and shares its limits. Once for each network (of the last thousand); one that comes within a minute of another is
 * named the next time.
 */
export function unbelievedProxies(log: Pick<Logger, 'warn'>, clock: Clock): (request: Arrival) => void {
  const named = bounded<string, true>(1000);
  let silentUntil = Number.NEGATIVE_INFINITY;
  return ({ headers, ips, socket }) => {
    if (headers['x-forwarded-for'] === undefined || (ips?.length ?? 0) > 1) return;
    const now = clock();
    if (now < silentUntil) return;
    const peer = plainAddress(socket.remoteAddress ?? '');
    const network = party(peer);
    if (named.get(network) === true) return;
    named.set(network, true);
    silentUntil = now + pause;
    log.warn(
      { peer },
      'X-Forwarded-For is not believed from this address: all who come through it count as one. ' +
        'If it is a reverse proxy of yours, name it in WRIT_TRUSTED_PROXIES.',
    );
  };
}
