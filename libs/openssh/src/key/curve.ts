import { refuse } from '../refuse.js';
import { toBigInt } from '../wire/mpint.js';

/** A NIST curve as SSH names it (RFC 5656 section 10.1); `jwk` is its name in RFC 7518. */
export interface Curve {
  readonly name: 'nistp256' | 'nistp384' | 'nistp521';
  readonly jwk: 'P-256' | 'P-384' | 'P-521';
  readonly hash: 'sha256' | 'sha384' | 'sha512';
  /** Bytes of one coordinate. */
  readonly width: number;
  readonly p: bigint;
  readonly b: bigint;
  /** Order of the group. */
  readonly n: bigint;
}

export const nistp256: Curve = {
  name: 'nistp256',
  jwk: 'P-256',
  hash: 'sha256',
  width: 32,
  p: 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn,
  b: 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn,
  n: 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
};

export const nistp384: Curve = {
  name: 'nistp384',
  jwk: 'P-384',
  hash: 'sha384',
  width: 48,
  p: 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffffff0000000000000000ffffffffn,
  b: 0xb3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875ac656398d8a2ed19d2a85c8edd3ec2aefn,
  n: 0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973n,
};

export const nistp521: Curve = {
  name: 'nistp521',
  jwk: 'P-521',
  hash: 'sha512',
  width: 66,
  p: (1n << 521n) - 1n,
  b: 0x0051953eb9618e1c9a1f929a21a0b68540eea2da725b99b315f3b8b489918ef109e156193951ec7e937b1652c0bd3bb1bf073573df883d2c34f1ef451fd46b503f00n,
  n: 0x01fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409n,
};

/**
 * Refuses what is not an uncompressed point of the curve (RFC 5656 section 3.1, SEC 1 section 3.2.2):
 * 'key_point_malformed', 'key_point_off_curve'. All three curves have prime order, so on the curve is enough.
 */
export function checkPoint(curve: Curve, point: Uint8Array): void {
  if (point.length !== 1 + 2 * curve.width || point[0] !== 0x04) {
    refuse('key_point_malformed', `The ${curve.name} point is not in uncompressed form.`, {
      curve: curve.name,
    });
  }
  const x = toBigInt(point.subarray(1, 1 + curve.width));
  const y = toBigInt(point.subarray(1 + curve.width));
  const { p } = curve;
  if (x >= p || y >= p || (y * y - x * x * x + 3n * x - curve.b) % p !== 0n) {
    refuse('key_point_off_curve', `The point is not on ${curve.name}; the key is damaged or hostile.`, {
      curve: curve.name,
    });
  }
}
