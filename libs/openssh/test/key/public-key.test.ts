import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import {
  assertAuthorityKey,
  decodePublicKey,
  fingerprint,
  fingerprintMd5,
  formatPublicKeyLine,
  parsePublicKeyLine,
  publicKeyFromObject,
  publicKeyObject,
  samePublicKey,
  subjectKeyTypes,
} from '../../src/key/index.js';
import { keyField } from '../../src/key/key-fields.js';
import { codeOf } from '../coded.js';
import { bytes, vectors } from '../vectors.js';

interface PublicVector {
  readonly type: string;
  readonly comment: string;
  readonly sha256: string;
  readonly md5: string;
  readonly line: string;
}

const publicVectors = vectors<readonly PublicVector[]>('keys/public.json');
const hostile = vectors<readonly { code: string; name: string; blob: string }[]>('keys/hostile.json');

const generated: readonly [string, KeyObject][] = [
  ['ssh-ed25519', generateKeyPairSync('ed25519').publicKey],
  ['ecdsa-sha2-nistp256', generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey],
  ['ecdsa-sha2-nistp384', generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey],
  ['ecdsa-sha2-nistp521', generateKeyPairSync('ec', { namedCurve: 'P-521' }).publicKey],
  ['ssh-rsa', generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey],
];

describe('a public key', () => {
  it.each(publicVectors)('$line.type of ssh-keygen: type, comment, fingerprints ($comment)', (vector) => {
    const { options, key, comment } = parsePublicKeyLine(`${vector.line}\n`);
    expect({ options, type: key.type, comment }).toEqual({
      options: '',
      type: vector.type,
      comment: vector.comment,
    });
    expect(fingerprint(key)).toBe(vector.sha256);
    expect(fingerprintMd5(key)).toBe(vector.md5);
    expect(formatPublicKeyLine({ key, comment })).toBe(vector.line);
    expect(publicKeyObject(key).type).toBe('public');
  });

  it('covers every type', () => {
    expect(new Set(publicVectors.map(({ type }) => type))).toEqual(new Set(subjectKeyTypes));
  });

  it.each(generated)('%s reads back from its blob and its key object', (type, object) => {
    const key = publicKeyFromObject(object);
    expect(key.type).toBe(type);
    expect(decodePublicKey(key.blob)).toEqual(key);
    expect(publicKeyObject(key).equals(object)).toBe(true);
  });

  it('does not change with the array it was decoded from', () => {
    const input = Uint8Array.from(publicKeyFromObject(generateKeyPairSync('ed25519').publicKey).blob);
    const key = decodePublicKey(input);
    input.fill(0);
    expect(decodePublicKey(key.blob)).toEqual(key);
  });

  it('is the same as another exactly where the bytes are', () => {
    const [first, second] = [0, 1].map(() => publicKeyFromObject(generateKeyPairSync('ed25519').publicKey));
    if (first === undefined || second === undefined) throw new Error('two keys are made');
    expect(samePublicKey(first, decodePublicKey(first.blob))).toBe(true);
    expect(samePublicKey(first, second)).toBe(false);
  });

  it.each(hostile)('is refused with $code: $name', ({ code, blob }) => {
    expect(codeOf(() => decodePublicKey(bytes(blob)))).toBe(code);
  });

  it.each([
    ['X25519', generateKeyPairSync('x25519').publicKey],
    ['Ed448', generateKeyPairSync('ed448').publicKey],
    ['secp256k1', generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).publicKey],
  ])('does not exist for %s', (_name, object) => {
    expect(codeOf(() => publicKeyFromObject(object))).toBe('key_type_unknown');
  });

  it('has only the fields of its type', () => {
    const key = publicKeyFromObject(generateKeyPairSync('ed25519').publicKey);
    expect(() => keyField(key, 'n')).toThrow(TypeError);
  });
});

describe('an authority key', () => {
  it.each([
    ['ed25519', null],
    ['ecdsa-256', null],
    ['ecdsa-384', null],
    ['ecdsa-521', null],
    ['rsa-3072', null],
    ['rsa-2048', 'authority_rsa_too_small'],
    ['sk-ed25519', 'authority_key_type_refused'],
    ['sk-ecdsa', 'authority_key_type_refused'],
  ])('%s: %s', (comment, code) => {
    const vector = publicVectors.find((each) => each.comment === comment);
    const { key } = parsePublicKeyLine(vector?.line ?? '');
    expect(codeOf(() => assertAuthorityKey(key))).toBe(code);
  });
});
