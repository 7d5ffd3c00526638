import { hostname } from 'node:os';
import type { Config } from '../config/config.js';
import { tlsFilesOf } from '../tls/tls-files.js';

/** What the words say of a new installation. */
export interface Installed {
  /** Of the self-signed certificate that was made, and the name it was made for. */
  readonly pin: string | null;
  readonly name: string | undefined;
  /** The owner has an invitation, and no password yet. */
  readonly invited: boolean;
}

/** What to type first: a line each, on the server, as its owner, and on hosts. */
export function firstSteps(config: Config, { pin, name, invited }: Installed): readonly string[] {
  const { host, port } = config.listen;
  const everywhere = host === '0.0.0.0' || host === '::';
  const known = name ?? (everywhere ? hostname() : host);
  const scheme = tlsFilesOf(config) === undefined ? 'http' : 'https';
  const address = `${scheme}://${known.includes(':') ? `[${known}]` : known}:${port}`;
  return [
    'Start the service:            writ server',
    `Sign in as its owner:         writ login --url ${address}${pin === null ? '' : ` --pin ${pin}`}${invited ? ' --invitation' : ''}`,
    'For each host, a join token:  writ host token create --name <its name>',
  ];
}
