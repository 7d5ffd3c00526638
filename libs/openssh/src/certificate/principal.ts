import type { Brand } from '@writ/kernel';
import { refuse } from '../refuse.js';

/** One name a certificate is valid for: a login, a host name, or a role handle. */
export type Principal = Brand<string, 'Principal'>;

/** Most principals of one certificate (OpenSSH SSHKEY_CERT_MAX_PRINCIPALS). */
export const maximumPrincipals = 256;

const plainAscii = /^[\x24-\x26\x28\x29\x2b\x2d-\x3e\x40-\x5f\x61-\x7e]{1,255}$/;
const refused = /[\s\p{C},"'`*?!#]/u;

/** A principal from text: 'principal_malformed'. 1–255 bytes; no comma, white space, control character, quote, * ? ! #. */
export function principal(text: string): Principal {
  if (!isPrincipal(text)) {
    refuse(
      'principal_malformed',
      'A principal is 1–255 bytes without blanks, commas, quotes, or any of * ? ! #.',
    );
  }
  return text;
}

/** True for text that `principal` takes. */
export function isPrincipal(text: string): text is Principal {
  if (plainAscii.test(text)) return true;
  return text !== '' && !refused.test(text) && Buffer.byteLength(text) <= 255;
}
