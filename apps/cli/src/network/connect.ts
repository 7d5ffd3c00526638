import { createHash } from 'node:crypto';
import { connect as connectPlain, type Socket } from 'node:net';
import { connect as connectSecure, type TLSSocket } from 'node:tls';
import { cliError } from '../errors.js';
import type { Server } from './server.js';

const patience = 10_000;

/** Why the certificate a server showed is not accepted, by the code of node:tls. */
const untrusted: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is from an authority that this machine does not trust',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is from an authority that this machine does not trust',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its certificate is from an authority that this machine does not trust',
  UNABLE_TO_GET_ISSUER_CERT: 'its certificate is from an authority that this machine does not trust',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet (are both clocks right?)',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
};

const unreachable: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'there is no such name',
  EAI_AGAIN: 'the name cannot be looked up now',
  EHOSTUNREACH: 'there is no way to it',
  ENETUNREACH: 'there is no way to it',
  ETIMEDOUT: 'it does not answer',
  ECONNRESET: 'it closed the connection at once',
};

/**
 * Opens a connection to the service and makes sure that it is that service: not one byte is sent before.
 * `authorities` are the only ones that may vouch for it (PEM), or undefined for those of the machine.
 * Rejects with 'server_unreachable', 'tls_untrusted' or 'tls_pin_mismatch'.
 */
export function connect(server: Server, authorities: string | undefined): Promise<Socket> {
  const url = new URL(server.url);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const secure = url.protocol === 'https:';
  const port = Number(url.port === '' ? (secure ? 443 : 80) : url.port);
  return new Promise((resolve, reject) => {
    const failed = (error: NodeJS.ErrnoException): void => {
      socket.destroy();
      reject(refusal(server, error));
    };
    const opened = (): void => {
      socket.setTimeout(0);
      socket.off('error', failed);
      const impostor =
        server.pin === null || !secure ? null : mismatch(server, socket as TLSSocket, server.pin);
      if (impostor === null) return resolve(socket);
      socket.destroy();
      reject(impostor);
    };
    const socket: Socket = secure
      ? connectSecure({
          host,
          port,
          ...(/^[\d.]+$|:/.test(host) ? {} : { servername: host }),
          ...(authorities === undefined ? {} : { ca: authorities }),
          // Said explicitly, for NODE_TLS_REJECT_UNAUTHORIZED would turn it off. A pin takes its place.
          rejectUnauthorized: server.pin === null,
          minVersion: 'TLSv1.2',
        })
      : connectPlain({ host, port });
    socket.once('error', failed);
    socket.setTimeout(patience, () => failed(Object.assign(new Error('timeout'), { code: 'ETIMEDOUT' })));
    socket.once(secure ? 'secureConnect' : 'connect', opened);
  });
}

function mismatch(server: Server, socket: TLSSocket, pin: string): Error | null {
  const { raw } = socket.getPeerCertificate() as { raw?: Buffer };
  const seen =
    raw === undefined ? 'no certificate' : `sha256:${createHash('sha256').update(raw).digest('hex')}`;
  if (seen === pin) return null;
  return cliError(
    'tls_pin_mismatch',
    `The server at ${server.url} is not the one that was pinned: it shows ${seen}. If its certificate was replaced, sign in again with the new --pin.`,
    { url: server.url, pinned: pin, seen },
  );
}

function refusal(server: Server, error: NodeJS.ErrnoException): Error {
  const { url } = server;
  const code = error.code ?? '';
  const details = { url, reason: code };
  const why = untrusted[code];
  if (why !== undefined)
    return cliError('tls_untrusted', `${url} cannot be trusted: ${why}.${cure(code)}`, details, error);
  if (code === 'EPROTO' || code.startsWith('ERR_SSL'))
    return cliError('tls_untrusted', `${url} does not speak TLS; is it the right port?`, details, error);
  return cliError(
    'server_unreachable',
    `${url} cannot be reached: ${unreachable[code] ?? error.message}.`,
    details,
    error,
  );
}

function cure(code: string): string {
  if (code === 'DEPTH_ZERO_SELF_SIGNED_CERT')
    return ' Sign in with --pin and what `writ init` printed on the server.';
  return /ISSUER|CHAIN|VERIFY/.test(code) ? ' Name that authority with --ca-file.' : '';
}
