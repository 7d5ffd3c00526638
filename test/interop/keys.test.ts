import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  decodePublicKey,
  fingerprint,
  fingerprintMd5,
  formatPrivateKey,
  formatPublicKeyLine,
  type PublicKey,
} from '@writ/openssh/key';
import { inScratch, sshKeygen } from './ssh-keygen.js';
import { authorities, subjects, vectors } from './vectors.js';

describe('ssh-keygen reads the keys that we write', () => {
  it('public keys of every type, with their fingerprints', () => {
    inScratch((folder) => {
      const file = join(folder, 'keys.pub');
      const lines = subjects.map((key, index) => formatPublicKeyLine({ key, comment: `comment ${index}` }));
      writeFileSync(file, `${lines.join('\n')}\n`);
      for (const [hash, print] of [
        ['sha256', fingerprint],
        ['md5', fingerprintMd5],
      ] as const) {
        const listed = sshKeygen(['-l', '-E', hash, '-f', file]).trim().split('\n');
        expect(listed.map((line) => line.split(' ').slice(1, 4).join(' '))).toEqual(
          subjects.map((key, index) => `${print(key)} comment ${index}`),
        );
      }
    });
  });

  it.each(authorities)('private key $name, with and without a passphrase', ({ privateKey, publicKey }) => {
    inScratch((folder) => {
      const file = join(folder, 'key');
      for (const passphrase of ['', 'correct horse']) {
        const text = formatPrivateKey(privateKey, 'a comment', passphrase === '' ? undefined : passphrase);
        writeFileSync(file, text, { mode: 0o600 });
        expect(sshKeygen(['-y', '-P', passphrase, '-f', file]).trim()).toBe(
          formatPublicKeyLine({ key: publicKey, comment: 'a comment' }),
        );
      }
    });
  });
});

/** Where we are stricter on purpose: OpenSSH 9.2 lists these keys. */
const stricter: ReadonlySet<string> = new Set([
  'key_ed25519_weak',
  'key_rsa_exponent_refused',
  'key_rsa_modulus_weak',
  'key_rsa_too_small',
  'key_type_dsa',
  'key_is_certificate',
  'key_application_malformed',
  'wire_mpint_not_canonical',
]);

describe('what we refuse as a public key', () => {
  const hostile = vectors<readonly { code: string; name: string; blob: string }[]>('keys/hostile.json');

  it('is refused by ssh-keygen too, but where the domain asks for more', () => {
    const readByKeygen = hostile.filter(({ name, blob }) => {
      // ssh-keygen takes this algorithm name for the key type, which no other program writes.
      if (name === 'a signature algorithm in place of a key type') return false;
      const bytes = Buffer.from(blob, 'base64');
      const length = bytes.length < 4 ? 0 : bytes.readUInt32BE();
      const type = bytes.subarray(4, 4 + length).toString('latin1');
      if (!/^[\x21-\x7e]+$/.test(type)) return false;
      try {
        sshKeygen(['-l', '-f', '-'], `${type} ${blob}\n`);
        return true;
      } catch {
        return false;
      }
    });
    expect(readByKeygen.filter(({ code }) => !stricter.has(code))).toEqual([]);
  });

  it('is nothing that ssh-keygen makes', () => {
    const made: PublicKey[] = inScratch((folder) =>
      [
        ['ed25519', '256'],
        ['ecdsa', '256'],
        ['ecdsa', '384'],
        ['ecdsa', '521'],
        ['rsa', '2048'],
      ].flatMap(([type = '', bits = '']) =>
        Array.from({ length: type === 'rsa' ? 2 : 15 }, (_, index) => {
          const file = join(folder, `${type}-${bits}-${index}`);
          sshKeygen(['-q', '-t', type, '-b', bits, '-N', '', '-f', file]);
          return decodePublicKey(Buffer.from(sshKeygen(['-y', '-f', file]).split(' ')[1] ?? '', 'base64'));
        }),
      ),
    );
    expect(made).toHaveLength(62);
  });
});
