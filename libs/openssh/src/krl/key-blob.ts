import { refuse } from '../refuse.js';
import type { WireReader } from '../wire/reader.js';

/**
 * Reads the type at the front of a plain key's blob, which is all that is looked at: 'krl_key_malformed' for a certificate
 * or what is no key, and the wire codes. Source: PROTOCOL.krl section 3.
 */
export function readKeyType(blob: WireReader): void {
  const type = blob.text();
  if (!/^[a-zA-Z0-9@.-]{1,64}$/.test(type) || /-cert-v\d\d@openssh\.com$/.test(type)) {
    refuse('krl_key_malformed', 'A key of the KRL is not a plain public key.', { offset: blob.offset });
  }
}
