import { createHash, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import {
  decodePublicKey,
  decodeSignature,
  encodeSignature,
  parsePublicKeyLine,
  publicKeyFromObject,
  publicKeyObject,
  signatureAlgorithmFor,
  signRaw,
  verifySignature,
  type SigningAlgorithm,
} from '../../src/key/index.js';
import { WireWriter } from '../../src/wire/index.js';
import { withOneBitChanged } from '../bits.js';
import { codeOf } from '../coded.js';
import { vectors } from '../vectors.js';

const message = Buffer.from('a message');
const pairs: readonly [SigningAlgorithm, KeyObject][] = [
  ['ssh-ed25519', generateKeyPairSync('ed25519').privateKey],
  ['ecdsa-sha2-nistp256', generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey],
  ['ecdsa-sha2-nistp384', generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey],
  ['ecdsa-sha2-nistp521', generateKeyPairSync('ec', { namedCurve: 'P-521' }).privateKey],
  ['rsa-sha2-512', generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey],
];

describe.each(pairs)('a signature with %s', (algorithm, privateKey) => {
  const publicKey = publicKeyFromObject(privateKey);
  const keyObject = publicKeyObject(publicKey);

  it('is what this key signs with', () => {
    expect(signatureAlgorithmFor(publicKey)).toBe(algorithm);
  });

  it('verifies, over this message only', () => {
    // Many, because short r and s are rare and P-521 has them every other time.
    for (let round = 0; round < 40; round += 1) {
      const raw = signRaw(privateKey, algorithm, message);
      const blob = encodeSignature(algorithm, raw);
      expect(decodeSignature(blob)).toEqual({ algorithm, raw: Uint8Array.from(raw), flags: 0, counter: 0 });
      expect(verifySignature(keyObject, publicKey, message, blob)).toBe(true);
      expect(verifySignature(keyObject, publicKey, Buffer.from('another'), blob)).toBe(false);
    }
  });

  it('never verifies with one bit changed, and never ends in anything but a code', () => {
    const blob = encodeSignature(algorithm, signRaw(privateKey, algorithm, message));
    const verified: Uint8Array[] = [];
    for (const changed of withOneBitChanged(blob)) {
      codeOf(() => verifySignature(keyObject, publicKey, message, changed) && verified.push(changed));
    }
    expect(verified).toEqual([]);
  });

  it('is not encoded from bytes that are none', () => {
    for (const length of [0, 1, 63, 65]) {
      expect(codeOf(() => encodeSignature(algorithm, new Uint8Array(length)))).not.toBeNull();
    }
  });
});

describe('signatures of other keys and kinds', () => {
  const [[, ed25519]] = pairs as [[SigningAlgorithm, KeyObject]];
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  const rsaKey = publicKeyFromObject(rsa);

  function rsaBlob(name: string, hash: string, raw = sign(hash, message, rsa)): Uint8Array {
    const writer = new WireWriter();
    writer.text(name);
    writer.string(raw);
    return writer.bytes();
  }

  it('an algorithm that the key cannot have used is false', () => {
    const blob = encodeSignature('ssh-ed25519', signRaw(ed25519, 'ssh-ed25519', message));
    expect(verifySignature(publicKeyObject(rsaKey), rsaKey, message, blob)).toBe(false);
  });

  it('a security key takes no signature that names the plain algorithm, not even over its own message', () => {
    const plain = publicKeyFromObject(ed25519);
    const writer = new WireWriter();
    writer.text('sk-ssh-ed25519@openssh.com');
    writer.raw(plain.blob.subarray(15));
    writer.text('ssh:');
    const securityKey = decodePublicKey(writer.bytes());
    const sha256 = (bytes: string | Uint8Array): Buffer => createHash('sha256').update(bytes).digest();
    const signed = Buffer.concat([sha256('ssh:'), Buffer.alloc(5), sha256(message)]);
    const blob = encodeSignature('ssh-ed25519', signRaw(ed25519, 'ssh-ed25519', signed));
    const keyObject = publicKeyObject(securityKey);
    expect(verifySignature(keyObject, plain, signed, blob)).toBe(true);
    expect(verifySignature(keyObject, securityKey, message, blob)).toBe(false);
  });

  it('RSA with SHA-256 is read, with SHA-1 refused', () => {
    const keyObject = publicKeyObject(rsaKey);
    expect(verifySignature(keyObject, rsaKey, message, rsaBlob('rsa-sha2-256', 'sha256'))).toBe(true);
    expect(verifySignature(keyObject, rsaKey, message, rsaBlob('rsa-sha2-256', 'sha512'))).toBe(false);
    expect(codeOf(() => verifySignature(keyObject, rsaKey, message, rsaBlob('ssh-rsa', 'sha1')))).toBe(
      'signature_sha1_refused',
    );
  });

  it('an RSA signature longer than the modulus is false', () => {
    const long = Buffer.concat([Buffer.of(0), sign('sha512', message, rsa)]);
    expect(
      verifySignature(publicKeyObject(rsaKey), rsaKey, message, rsaBlob('rsa-sha2-512', 'sha512', long)),
    ).toBe(false);
  });

  it.each(['signature_algorithm_unknown', 'signature_malformed'])('%s', (code) => {
    const name = code === 'signature_malformed' ? 'ssh-ed25519' : 'constructor';
    expect(codeOf(() => decodeSignature(rsaBlob(name, 'sha1')))).toBe(code);
  });

  it('an ECDSA signature of odd length is none, even where both numbers would fit', () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const raw = signRaw(privateKey, 'ecdsa-sha2-nistp256', message);
    const stretched = Buffer.concat([raw.subarray(0, 32), Buffer.of(0), raw.subarray(32)]);
    expect(codeOf(() => encodeSignature('ecdsa-sha2-nistp256', stretched))).toBe('signature_malformed');
  });

  it('a security key does not sign here', () => {
    const lines = vectors<readonly { line: string }[]>('keys/public.json').slice(-2);
    for (const { line } of lines) {
      expect(codeOf(() => signatureAlgorithmFor(parsePublicKeyLine(line).key))).toBe(
        'signature_algorithm_mismatch',
      );
    }
  });
});
