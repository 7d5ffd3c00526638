import { CodedError } from '@writ/kernel';
import { isIP } from 'node:net';
import type { Config } from '../config/config.js';
import type { ApiErrorCode } from '../errors.js';

/** Refuses to serve passwords and tokens in the clear beyond this machine, unless told by name. Ends in `plain_http_refused`. */
export function refusePlainHttp({ listen, allowPlainHttp }: Pick<Config, 'listen' | 'allowPlainHttp'>): void {
  if (allowPlainHttp || isLoopback(listen.host)) return;
  throw new CodedError<ApiErrorCode>(
    'plain_http_refused',
    `Plain HTTP on ${listen.host} would show passwords to the network: set WRIT_TLS_CERT and WRIT_TLS_KEY, or, behind a proxy that has TLS, WRIT_ALLOW_PLAIN_HTTP_BEYOND_LOOPBACK=yes.`,
  );
}

/** True for an address of this machine only; any other name could resolve to anything. */
export function isLoopback(host: string): boolean {
  if (isIP(host) === 4) return host.startsWith('127.');
  return host === '::1' || host === 'localhost';
}
