import { generateKeyPairSync } from 'node:crypto';
import {
  encodeSignature,
  parsePublicKeyLine,
  publicKeyFromObject,
  publicKeyObject,
  signatureAlgorithmFor,
  signRaw,
} from '../../src/key/index.js';
import {
  decodeSshsig,
  encodeSshsig,
  parseSshsig,
  sshsigSignedData,
  verifySshsig,
} from '../../src/sshsig/index.js';
import { withOneBitChanged } from '../bits.js';
import { codeOf } from '../coded.js';
import { bytes, vectors } from '../vectors.js';

interface Made {
  readonly namespace: string;
  readonly message: string;
  readonly signatures: readonly {
    name: string;
    hash?: string;
    flags?: number;
    key: string;
    armored: string;
  }[];
}

const made = vectors<Made>('sshsig/made-by-ssh-keygen.json');
const securityKeys = vectors<Made>('sshsig/security-keys.json');
const hostile = vectors<{
  namespace: string;
  message: string;
  key: string;
  good: string;
  refused: readonly { code: string; name: string; armored: string }[];
}>('sshsig/hostile.json');
const { namespace } = made;
const message = bytes(made.message);

describe('a signature of ssh-keygen -Y sign', () => {
  it.each(made.signatures)(
    '$name: verifies for its message, namespace and key only',
    ({ key: line, hash, armored }) => {
      const { key } = parsePublicKeyLine(line);
      expect(verifySshsig({ armored, namespace, message })).toEqual(key);
      expect(verifySshsig({ armored, namespace, message, key, keyObject: publicKeyObject(key) })).toEqual(
        key,
      );
      expect(parseSshsig(armored).hashAlgorithm).toBe(hash);
      expect(encodeSshsig(parseSshsig(armored))).toBe(armored);
      const other = publicKeyFromObject(generateKeyPairSync('ed25519').publicKey);
      expect(codeOf(() => verifySshsig({ armored, namespace, message: Buffer.from('x') }))).toBe(
        'sshsig_not_verified',
      );
      expect(codeOf(() => verifySshsig({ armored, namespace: 'file', message }))).toBe(
        'sshsig_namespace_differs',
      );
      expect(codeOf(() => verifySshsig({ armored, namespace, message, key: other }))).toBe(
        'sshsig_key_differs',
      );
    },
  );

  it('may have come through a program that changes line ends or lengths', () => {
    const [{ armored } = { armored: '' }] = made.signatures;
    const [begin, ...rest] = armored.trim().split('\n');
    const unwrapped = [begin, rest.slice(0, -1).join(''), rest.at(-1)].join('\n');
    for (const text of [armored.replaceAll('\n', '\r\n'), armored.trim(), `\n${armored}\n`, unwrapped]) {
      expect(codeOf(() => verifySshsig({ armored: text, namespace, message }))).toBeNull();
    }
  });
});

describe('a signature of a security key', () => {
  it.each(securityKeys.signatures)('$name', ({ key: line, flags = 0, armored }) => {
    const { key } = parsePublicKeyLine(line);
    const ask = (wish: object): string | null =>
      codeOf(() => verifySshsig({ armored, namespace, message, key, ...wish }));
    const touched = (flags & 1) === 1;
    const verified = (flags & 4) === 4;
    expect(ask({})).toBe(touched ? null : 'sshsig_user_not_present');
    expect(ask({ noTouchRequired: true })).toBeNull();
    expect(ask({ noTouchRequired: true, verifyRequired: true })).toBe(
      verified ? null : 'sshsig_user_not_verified',
    );
  });
});

describe('a hostile signature', () => {
  const question = { namespace: hostile.namespace, message: bytes(hostile.message) };

  it('differs from a good one', () => {
    expect(verifySshsig({ ...question, armored: hostile.good })).toEqual(parsePublicKeyLine(hostile.key).key);
  });

  it.each(hostile.refused)('is refused with $code: $name', ({ code, armored }) => {
    expect(codeOf(() => verifySshsig({ ...question, armored }))).toBe(code);
  });

  it('never verifies with one bit changed, and never ends in anything but a code', () => {
    const blob = Buffer.from(hostile.good.replace(/-----.*-----/g, ''), 'base64');
    const verified: Uint8Array[] = [];
    for (const changed of withOneBitChanged(blob)) {
      const code = codeOf(() => verifySshsig({ ...question, armored: encodeSshsig(decodeSshsig(changed)) }));
      if (code === null) verified.push(changed);
    }
    expect(verified).toEqual([]);
  });
});

describe('a signature of ours', () => {
  it.each([
    generateKeyPairSync('ed25519').privateKey,
    generateKeyPairSync('ec', { namedCurve: 'P-521' }).privateKey,
    generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey,
  ])('verifies', (privateKey) => {
    const publicKey = publicKeyFromObject(privateKey);
    const algorithm = signatureAlgorithmFor(publicKey);
    for (const hashAlgorithm of [undefined, 'sha256', 'sha512'] as const) {
      const raw = signRaw(privateKey, algorithm, sshsigSignedData('ns', message, hashAlgorithm));
      const signature = encodeSignature(algorithm, raw);
      const parts = {
        publicKey,
        namespace: 'ns',
        signature,
        ...(hashAlgorithm !== undefined && { hashAlgorithm }),
      };
      expect(verifySshsig({ armored: encodeSshsig(parts), namespace: 'ns', message })).toEqual(publicKey);
    }
  });

  it.each(['', 'a b', 'a\n', 'ä', 'a'.repeat(256)])('has no namespace %j', (name) => {
    expect(codeOf(() => sshsigSignedData(name, message))).toBe('sshsig_namespace_malformed');
  });
});
