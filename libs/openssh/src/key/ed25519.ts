import { refuse } from '../refuse.js';

/** y-coordinates (little-endian, sign bit cleared) of the points whose order divides 8. */
const smallOrder: ReadonlySet<string> = new Set([
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
]);
/** y ≥ p = 2^255 − 19, which RFC 8032 does not decode. */
const unreduced = /^(ed|ee|ef|f.)(ff){30}7f$/;
const suspectLastBytes: ReadonlySet<number> = new Set([0x00, 0x7f, 0x7a, 0x05]);

/**
 * Refuses an Ed25519 public key that is not 32 bytes ('key_ed25519_malformed'), is not reduced, or has small
 * order ('key_ed25519_weak': anybody can make signatures that such a key accepts). RFC 8032 section 5.1.3,
 * RFC 8709 section 4.
 */
export function checkEd25519(key: Uint8Array): void {
  const end = key[31];
  if (key.length !== 32 || end === undefined) {
    refuse('key_ed25519_malformed', 'The Ed25519 public key is not 32 bytes long.', { length: key.length });
  }
  const last = end & 0x7f;
  // Only these last bytes occur in the refused encodings: every other key is done here.
  if (!suspectLastBytes.has(last)) return;
  const y = Buffer.from(key);
  y.writeUInt8(last, 31);
  const hex = y.toString('hex');
  if (unreduced.test(hex) || smallOrder.has(hex)) {
    refuse('key_ed25519_weak', 'The Ed25519 public key has small order or is not reduced; make a new key.');
  }
}
