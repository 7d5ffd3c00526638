import { fail } from '../errors.js';

/** A service, and why it is believed to be that one. */
export interface Server {
  /** 'https://host[:port][/prefix]', without a slash at the end; http only on loopback. */
  readonly url: string;
  /** 'sha256:' and 64 hex digits: the server's certificate itself, instead of any authority. */
  readonly pin: string | null;
  /** Absolute path of the PEM file with the only authorities that may vouch for it. */
  readonly caFile: string | null;
}

/** An address as a person writes it, in one spelling. 'server_address_refused' where it cannot be used safely. */
export function serverAddress(text: string): string {
  const written = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `https://${text}`;
  const url = URL.canParse(written) ? new URL(written) : null;
  // The address itself is not repeated: it may hold a password.
  const refuse = (why: string): never => fail('server_address_refused', `That is no address to use: ${why}.`);
  if (url === null || url.hostname === '') return refuse('it should look like https://ca.acme.example');
  if (url.username !== '' || url.password !== '') return refuse('it holds a user name or a password');
  if (url.search !== '' || url.hash !== '') return refuse('it holds a ? or a #');
  if (url.protocol === 'http:' && !isLoopback(url.hostname))
    return refuse('plain http would show the password to the network; use https');
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    return refuse('only https and, on loopback, http');
  return `${url.protocol}//${url.host}${url.pathname.replace(/\/+$/, '')}`;
}

/** By address and not by what a name resolves to; RFC 6761 section 6.3 reserves `localhost`. */
export function isLoopback(hostname: string): boolean {
  return (
    hostname === 'localhost' || hostname === '[::1]' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(hostname)
  );
}

/** A certificate's fingerprint in one spelling: SHA-256 as hex digits, colons and case as they come. */
export function certificatePin(text: string): string {
  const hex = text
    .trim()
    .replace(/^sha-?256[:=]/i, '')
    .replaceAll(':', '')
    .toLowerCase();
  if (!/^[0-9a-f]{64}$/.test(hex))
    fail('usage_invalid', 'A pin is sha256: and 64 hex digits, as `writ init` prints it on the server.');
  return `sha256:${hex}`;
}
