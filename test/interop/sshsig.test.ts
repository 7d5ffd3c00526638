import { chmodSync, copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  encodeSignature,
  formatPublicKeyLine,
  parsePublicKeyLine,
  signatureAlgorithmFor,
  signRaw,
} from '@writ/openssh/key';
import { encodeSshsig, sshsigSignedData, verifySshsig } from '@writ/openssh/sshsig';
import { inScratch, sshKeygen } from './ssh-keygen.js';
import { authorities, vectorPath, vectors } from './vectors.js';

const namespace = 'proof@writ';
const message = Buffer.from('prove\n\0\xff', 'latin1');

/** What ssh-keygen says about a signature: true where it verifies. */
function keygenVerifies(keyLine: string, armored: string, bytes: Uint8Array, options = ''): boolean {
  return inScratch((folder) => {
    const signers = join(folder, 'signers');
    const signature = join(folder, 'signature');
    writeFileSync(signers, `anna ${options}${keyLine}\n`);
    writeFileSync(signature, armored);
    try {
      return sshKeygen(
        ['-Y', 'verify', '-f', signers, '-I', 'anna', '-n', namespace, '-s', signature],
        bytes,
      ).startsWith('Good ');
    } catch {
      return false;
    }
  });
}

/** Where we are stricter on purpose: OpenSSH 9.2 takes these. It leaves the touch to whoever asks. */
const stricter: ReadonlySet<string> = new Set([
  'two signatures',
  'a blank in the base64',
  'version 0',
  'something reserved',
  'a security key that was not touched',
]);

describe('SSH signatures and ssh-keygen', () => {
  it.each(authorities)('ssh-keygen -Y verify takes ours: $name', ({ publicKey, privateKey }) => {
    const algorithm = signatureAlgorithmFor(publicKey);
    const line = formatPublicKeyLine({ key: publicKey });
    for (const hashAlgorithm of ['sha256', 'sha512'] as const) {
      const raw = signRaw(privateKey, algorithm, sshsigSignedData(namespace, message, hashAlgorithm));
      const signature = encodeSignature(algorithm, raw);
      const armored = encodeSshsig({ publicKey, namespace, hashAlgorithm, signature });
      expect(keygenVerifies(line, armored, message)).toBe(true);
      expect(keygenVerifies(line, armored, Buffer.from('another'))).toBe(false);
    }
  });

  it.each(['ed25519', 'ecdsa-256', 'ecdsa-521', 'rsa-2048'])(
    'we take those of ssh-keygen -Y sign: %s',
    (name) => {
      const armored = inScratch((folder) => {
        const file = join(folder, 'key');
        copyFileSync(vectorPath(`keys/private/${name}`), file);
        chmodSync(file, 0o600);
        return sshKeygen(['-Y', 'sign', '-f', file, '-n', namespace], message);
      });
      expect(verifySshsig({ armored, namespace, message }).blob.length).toBeGreaterThan(0);
    },
  );

  it('both judge the signatures of security keys alike', () => {
    const made = vectors<{
      message: string;
      signatures: readonly { name: string; flags: number; key: string; armored: string }[];
    }>('sshsig/security-keys.json');
    const bytes = Buffer.from(made.message, 'base64');
    for (const { key: line, armored } of made.signatures) {
      const { key } = parsePublicKeyLine(line);
      let ours = true;
      try {
        verifySshsig({ armored, namespace, message: bytes, key, noTouchRequired: true });
      } catch {
        ours = false;
      }
      expect({ line, verifies: keygenVerifies(line, armored, bytes) }).toEqual({ line, verifies: ours });
    }
  });

  it('what we refuse, ssh-keygen refuses too', () => {
    const hostile = vectors<{
      message: string;
      refused: readonly { code: string; name: string; armored: string }[];
    }>('sshsig/hostile.json');
    const bytes = Buffer.from(hostile.message, 'base64');
    const keys = vectors<{ signatures: readonly { key: string }[] }>('sshsig/security-keys.json').signatures;
    const allowed = [vectors<{ key: string }>('sshsig/hostile.json').key, ...keys.map(({ key }) => key)];
    const taken = hostile.refused.filter(({ armored }) =>
      allowed.some((line) => keygenVerifies(line, armored, bytes)),
    );
    expect(taken.map(({ name }) => name).filter((name) => !stricter.has(name))).toEqual([]);
  });
});
