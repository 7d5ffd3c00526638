import sshpk from 'sshpk';
import { refuse } from '../refuse.js';
import { WireWriter } from '../wire/writer.js';
import { decodeSignature } from './signature.js';
import type { SigningAlgorithm } from './signature-algorithm.js';

/**
 * The SSH signature blob of a raw signature as `signRaw` returns it. Throws CodedError 'signature_malformed'
 * where `raw` is not a signature of that algorithm.
 *
 * Ed25519 and RSA blobs are built by sshpk's `Signature`. ECDSA blobs are not: sshpk 1.18 guesses the curve
 * from the length of r and names it "undefined" whenever r is short, which is one P-256 signature in 256 and
 * every second P-521 one.
 */
export function encodeSignature(algorithm: SigningAlgorithm, raw: Uint8Array): Uint8Array {
  const blob = algorithm.startsWith('ecdsa-') ? ecdsaBlob(algorithm, raw) : sshpkBlob(algorithm, raw);
  if (Buffer.compare(decodeSignature(blob).raw, raw) !== 0) {
    refuse('signature_malformed', `The bytes are not a raw ${algorithm} signature.`, { algorithm });
  }
  return blob;
}

function sshpkBlob(algorithm: SigningAlgorithm, raw: Uint8Array): Uint8Array {
  const data = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength);
  const type = algorithm === 'ssh-ed25519' ? 'ed25519' : 'rsa';
  return new sshpk.Signature({ type, hashAlgo: 'sha512', parts: [{ name: 'sig', data }] }).toBuffer('ssh');
}

/** RFC 5656 section 3.1.2. */
function ecdsaBlob(algorithm: SigningAlgorithm, raw: Uint8Array): Uint8Array {
  const writer = new WireWriter(256);
  writer.text(algorithm);
  const inner = writer.open();
  writer.mpint(raw.subarray(0, raw.length / 2));
  writer.mpint(raw.subarray(raw.length / 2));
  writer.close(inner);
  return writer.bytes();
}
