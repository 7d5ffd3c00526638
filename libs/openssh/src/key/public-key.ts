import { refuse } from '../refuse.js';
import { WireReader } from '../wire/reader.js';
import { keyLayout, readKeyFields, type KeyLayout } from './layout.js';
import type { PublicKey } from './types.js';

const certificateSuffix = /-cert-v\d\d@openssh\.com$/;

/**
 * Decodes a public key blob, strictly: one spelling, a supported type, parameters that are not weak.
 *
 * Throws CodedError: 'key_type_unknown', 'key_type_dsa', 'key_is_certificate' (before anything inside is
 * read), the field codes of `key/`, and the wire codes. Source: RFC 4253 section 6.6, RFC 5656, RFC 8709,
 * OpenSSH PROTOCOL.u2f.
 */
export function decodePublicKey(blob: Uint8Array): PublicKey {
  const copy = Buffer.from(blob);
  const reader = new WireReader(copy, 'the public key');
  const layout = layoutOf(reader.text());
  readKeyFields(reader, layout);
  reader.finish();
  return { type: layout.type, blob: copy };
}

/** The layout of a key type name: 'key_type_dsa', 'key_is_certificate', 'key_type_unknown'. */
export function layoutOf(type: string): KeyLayout {
  const layout = keyLayout(type);
  if (layout !== null) return layout;
  if (certificateSuffix.test(type)) {
    refuse('key_is_certificate', 'This is a certificate, not a plain key; pass the key it was made for.');
  }
  if (type === 'ssh-dss') refuse('key_type_dsa', 'DSA keys are refused; make an Ed25519 key.');
  return refuse(
    'key_type_unknown',
    'The key type is not supported; use Ed25519, ECDSA, RSA or a security key.',
    {
      type: type.slice(0, 100),
    },
  );
}

/** True where both are the same key. */
export function samePublicKey(a: PublicKey, b: PublicKey): boolean {
  return Buffer.compare(a.blob, b.blob) === 0;
}
