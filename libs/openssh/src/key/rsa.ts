import { refuse } from '../refuse.js';
import { toBigInt } from '../wire/mpint.js';

/** Shortest modulus of a certified key, in bits. */
export const minimumRsaBits = 2048;
/** Shortest modulus of an authority, in bits. */
export const minimumAuthorityRsaBits = 3072;
/** Longest modulus OpenSSH works with, in bits (SSHBUF_MAX_BIGNUM). */
export const maximumRsaBits = 16384;

const smallPrimeProduct = productOfPrimesUpTo(300);

/** Bits of a big-endian number without leading zeros. */
export function bitLength(magnitude: Uint8Array): number {
  const [first] = magnitude;
  return first === undefined ? 0 : magnitude.length * 8 - (Math.clz32(first) - 24);
}

/**
 * Refuses an RSA modulus outside 2048 … 16384 bits ('key_rsa_too_small', 'key_rsa_too_large') and one that
 * is even or has a small factor ('key_rsa_modulus_weak'). RFC 4253 section 6.6, RFC 8332.
 */
export function checkModulus(n: Uint8Array): void {
  const bits = bitLength(n);
  if (bits < minimumRsaBits) {
    refuse('key_rsa_too_small', `The RSA key has ${bits} bits; make one with ${minimumRsaBits} or more.`, {
      bits,
    });
  }
  if (bits > maximumRsaBits) {
    refuse('key_rsa_too_large', `The RSA key has ${bits} bits; the limit is ${maximumRsaBits}.`, { bits });
  }
  if (greatestCommonDivisor(toBigInt(n) % smallPrimeProduct) !== 1n) {
    refuse('key_rsa_modulus_weak', 'The RSA modulus has a small factor; make a new key.');
  }
}

/** Refuses a public exponent that is even, below 3 or longer than 64 bits ('key_rsa_exponent_refused'). */
export function checkExponent(e: Uint8Array): void {
  if (e.length > 8 || toBigInt(e) < 3n || toBigInt(e) % 2n === 0n) {
    refuse('key_rsa_exponent_refused', 'The RSA exponent is even, too small or too large; make a new key.');
  }
}

function greatestCommonDivisor(value: bigint): bigint {
  let a = smallPrimeProduct;
  let b = value;
  while (b !== 0n) [a, b] = [b, a % b];
  return a;
}

function productOfPrimesUpTo(limit: number): bigint {
  let product = 2n;
  for (let candidate = 3; candidate <= limit; candidate += 2) {
    let prime = true;
    for (let factor = 3; factor * factor <= candidate; factor += 2) prime &&= candidate % factor !== 0;
    if (prime) product *= BigInt(candidate);
  }
  return product;
}
