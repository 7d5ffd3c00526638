import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import {
  encodeSignature,
  publicKeyFromObject,
  signatureAlgorithmFor,
  signRaw,
  signRawInPool,
  verifySignature,
  verifySignatureInPool,
} from '../../src/key/index.js';

const bytes = Buffer.from('to be signed');

interface Pair {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

const pairs: readonly (readonly [name: string, pair: Pair])[] = [
  ['ssh-ed25519', generateKeyPairSync('ed25519')],
  ['ecdsa-sha2-nistp256', generateKeyPairSync('ec', { namedCurve: 'P-256' })],
  ['ecdsa-sha2-nistp384', generateKeyPairSync('ec', { namedCurve: 'P-384' })],
  ['ecdsa-sha2-nistp521', generateKeyPairSync('ec', { namedCurve: 'P-521' })],
  ['ssh-rsa', generateKeyPairSync('rsa', { modulusLength: 3072 })],
];

describe.each(pairs)('%s in the thread pool', (_name, { publicKey: object, privateKey }) => {
  const key = publicKeyFromObject(object);
  const algorithm = signatureAlgorithmFor(key);

  it('signs what verifies on the calling thread, and the other way round', async () => {
    const pooled = encodeSignature(algorithm, await signRawInPool(privateKey, algorithm, bytes));
    expect(verifySignature(object, key, bytes, pooled)).toBe(true);
    const own = encodeSignature(algorithm, signRaw(privateKey, algorithm, bytes));
    expect(await verifySignatureInPool(object, key, bytes, own)).toBe(true);
  });

  it('says false to other bytes', async () => {
    const blob = encodeSignature(algorithm, signRaw(privateKey, algorithm, bytes));
    expect(await verifySignatureInPool(object, key, Buffer.from('to be forged'), blob)).toBe(false);
  });
});

describe('misuse in the thread pool', () => {
  const ed25519 = generateKeyPairSync('ed25519');
  const key = publicKeyFromObject(ed25519.publicKey);
  const signature = encodeSignature('ssh-ed25519', signRaw(ed25519.privateKey, 'ssh-ed25519', bytes));

  it('says false to a signature of an algorithm that the key does not use', async () => {
    const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    expect(
      await verifySignatureInPool(ec.publicKey, publicKeyFromObject(ec.publicKey), bytes, signature),
    ).toBe(false);
  });

  it('rejects where the key object cannot verify at all', async () => {
    const { publicKey } = generateKeyPairSync('x25519');
    await expect(verifySignatureInPool(publicKey, key, bytes, signature)).rejects.toThrow(
      /operation not supported/i,
    );
  });

  it('rejects where the key cannot sign', async () => {
    const { privateKey } = generateKeyPairSync('x25519');
    await expect(signRawInPool(privateKey, 'ssh-ed25519', bytes)).rejects.toThrow(/operation not supported/i);
  });

  it('rejects a blob that is not a signature', async () => {
    await expect(
      verifySignatureInPool(ed25519.publicKey, key, bytes, Buffer.from('no')),
    ).rejects.toMatchObject({
      code: 'wire_truncated',
    });
  });
});
