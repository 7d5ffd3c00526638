import { hostname } from 'node:os';
import type { Config } from '../config/config.js';
import { tlsFilesOf } from '../tls/tls-files.js';

/** What a host has to know of a new installation. */
export interface ForHosts {
  /** The organization's. */
  readonly handle: string;
  /** Of the self-signed certificate that was made, and the name it was made for. */
  readonly pin: string | null;
  readonly name: string | undefined;
}

/** What is typed on a host so that its sshd trusts this authority's users: nobody signs in there, so address and handle are named. */
export function hostLines(config: Config, { handle, pin, name }: ForHosts): readonly string[] {
  const { host, port } = config.listen;
  const everywhere = host === '0.0.0.0' || host === '::';
  const known = name ?? (everywhere ? hostname() : host);
  const scheme = tlsFilesOf(config) === undefined ? 'http' : 'https';
  const address = `${scheme}://${known.includes(':') ? `[${known}]` : known}:${port}`;
  const there = `--url ${address} --handle ${handle}${pin === null ? '' : ` --pin ${pin}`}`;
  return [
    `writ ca show --user ${there} > /etc/ssh/writ-user-ca.pub   # for TrustedUserCAKeys`,
    `writ krl fetch ${there} -o /etc/ssh/revoked_keys   # for RevokedKeys`,
  ];
}
