import { createHash } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import { fail } from '../errors.js';
import { connect } from './connect.js';
import { readAuthorities } from './authorities.js';
import type { Server } from './server.js';

/**
 * How a host without our configuration knows the service: null where any machine can verify it (or it is on loopback),
 * else curl's `--pinnedpubkey` of the key in its TLS certificate, once that certificate has been checked as usual. Rejects as
 * `connect` does.
 */
export async function publicKeyPin(server: Server): Promise<string | null> {
  if (server.pin === null && server.caFile === null) return null;
  if (!server.url.startsWith('https:')) return null;
  const authorities = server.caFile === null ? undefined : await readAuthorities(server.caFile);
  const socket = (await connect(server, authorities)) as TLSSocket;
  try {
    const certificate = socket.getPeerX509Certificate();
    if (certificate === undefined)
      return fail('answer_unexpected', `${server.url} shows no certificate.`, { url: server.url });
    const key = certificate.publicKey.export({ type: 'spki', format: 'der' });
    return `sha256//${createHash('sha256').update(key).digest('base64')}`;
  } finally {
    socket.destroy();
  }
}
