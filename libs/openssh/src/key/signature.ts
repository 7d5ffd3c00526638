import { refuse } from '../refuse.js';
import { fixedUnsigned, toBigInt } from '../wire/mpint.js';
import { WireReader } from '../wire/reader.js';
import type { Curve } from './curve.js';
import { keyLayout } from './layout.js';
import { signatureAlgorithm, type SignatureAlgorithm } from './signature-algorithm.js';

/** A signature taken apart. `raw`: 64 bytes (Ed25519), r and s side by side at fixed width (ECDSA), or PKCS #1 (RSA). */
export interface Signature {
  readonly algorithm: SignatureAlgorithm;
  readonly raw: Uint8Array;
  /** Security keys: bit 0 the person touched it, bit 2 the person was verified. Other keys: 0. */
  readonly flags: number;
  /** Security keys: their count of signatures. Other keys: 0. */
  readonly counter: number;
}

/**
 * Decodes a signature blob, strictly. Throws CodedError 'signature_sha1_refused',
 * 'signature_algorithm_unknown', 'signature_malformed' (wrong length, r or s out of range) and the wire
 * codes. Source: RFC 8709 section 6, RFC 5656 section 3.1.2, RFC 8332 section 3, PROTOCOL.u2f "SSH U2F signatures".
 */
export function decodeSignature(blob: Uint8Array): Signature {
  const reader = new WireReader(blob, 'the signature');
  const algorithm = signatureAlgorithm(reader.text());
  const layout = keyLayout(algorithm);
  const raw = layout?.curve === undefined ? reader.string() : readEcdsa(reader, layout.curve);
  if (layout !== null && layout.curve === undefined && raw.length !== 64) malformed(algorithm);
  if (layout === null && raw.length < 256) malformed(algorithm);
  const [flags, counter] = layout?.securityKey === true ? [reader.u8(), reader.u32()] : [0, 0];
  reader.finish();
  return { algorithm, raw: new Uint8Array(raw), flags, counter };
}

function readEcdsa(reader: WireReader, curve: Curve): Uint8Array {
  const inner = reader.nested();
  const raw = Buffer.concat([component(inner, curve), component(inner, curve)]);
  inner.finish();
  return raw;
}

/** r or s: in 1 … n − 1 (FIPS 186-5 section 6.4.2). */
function component(reader: WireReader, curve: Curve): Uint8Array {
  const number = reader.mpint();
  const fixed = fixedUnsigned(number, curve.width);
  if (number.length === 0 || fixed === null || toBigInt(fixed) >= curve.n) malformed(curve.name);
  return fixed;
}

function malformed(algorithm: string): never {
  refuse('signature_malformed', `The ${algorithm} signature has a wrong length or an impossible value.`, {
    algorithm,
  });
}
