import { CodedError } from '@writ/kernel';
import type { ListenAddress } from '../config/environment.js';
import type { ApiErrorCode } from '../errors.js';

/** Says what kept the service from listening. Ends in `port_taken` or `address_unavailable`. */
export function listenError(error: unknown, { host, port }: ListenAddress): unknown {
  const code: unknown =
    typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  const place = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
  const options = { cause: error };
  if (code === 'EADDRINUSE') {
    return new CodedError<ApiErrorCode>(
      'port_taken',
      `Another program listens on ${place}; stop it, or name another address with WRIT_LISTEN.`,
      {},
      options,
    );
  }
  if (code === 'EACCES' || code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND' || code === 'EAFNOSUPPORT') {
    return new CodedError<ApiErrorCode>(
      'address_unavailable',
      `Cannot listen on ${place} (${code}); name an address of this machine with WRIT_LISTEN.`,
      {},
      options,
    );
  }
  return error;
}
