import {
  encodeSignature,
  formatPrivateKey,
  formatPublicKeyLine,
  parsePrivateKey,
  parsePublicKeyLine,
  publicKeyObject,
  signatureAlgorithmFor,
  signRaw,
  verifySignature,
} from '../../src/key/index.js';
import { codeOf } from '../coded.js';
import { vectors, vectorText } from '../vectors.js';

interface PrivateVector {
  readonly name: string;
  readonly passphrase?: string;
  readonly public: string;
}

const readable = vectors<readonly PrivateVector[]>('keys/private.json');
const hostile =
  vectors<readonly { code: string; name: string; passphrase?: string; text: string }[]>(
    'keys/hostile-private.json',
  );
const message = Buffer.from('a message');

describe('a private key', () => {
  it.each(readable)('$name is read and signs for its public key', ({ name, passphrase, public: line }) => {
    const { publicKey, privateKey } = parsePrivateKey(vectorText(`keys/private/${name}`), passphrase);
    expect(publicKey).toEqual(parsePublicKeyLine(line).key);
    const algorithm = signatureAlgorithmFor(publicKey);
    const signature = encodeSignature(algorithm, signRaw(privateKey, algorithm, message));
    expect(verifySignature(publicKeyObject(publicKey), publicKey, message, signature)).toBe(true);
  });

  it.each(hostile)('is refused with $code: $name', ({ code, text, passphrase }) => {
    expect(codeOf(() => parsePrivateKey(text, passphrase))).toBe(code);
  });

  it('never repeats itself in what it is refused with', () => {
    for (const { text, passphrase } of hostile) {
      try {
        parsePrivateKey(text, passphrase);
      } catch (error) {
        const said = `${String(error)} ${JSON.stringify(error)}`;
        const secrets = [passphrase ?? '', ...text.split('\n')].filter((secret) => secret.length > 5);
        for (const secret of secrets) expect(said).not.toContain(secret);
      }
    }
  });

  it('does not mind a passphrase that it does not need', () => {
    for (const name of ['ed25519', 'rsa-2048-pem', 'ed25519-pkcs8']) {
      expect(codeOf(() => parsePrivateKey(vectorText(`keys/private/${name}`), 'needless'))).toBeNull();
    }
  });

  it.each(['ed25519', 'ecdsa-521', 'rsa-2048'])('%s is written and read again', (name) => {
    const { publicKey, privateKey } = parsePrivateKey(vectorText(`keys/private/${name}`));
    for (const passphrase of [undefined, 'correct horse']) {
      const text = formatPrivateKey(privateKey, 'a comment', passphrase);
      expect(codeOf(() => parsePrivateKey(text))).toBe(
        passphrase === undefined ? null : 'private_key_passphrase_needed',
      );
      const again = parsePrivateKey(text, passphrase);
      expect(formatPublicKeyLine({ key: again.publicKey })).toBe(formatPublicKeyLine({ key: publicKey }));
      expect(again.privateKey.equals(privateKey)).toBe(true);
    }
  });
});
