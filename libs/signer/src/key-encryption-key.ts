import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject } from 'node:crypto';
import { inspect } from 'node:util';

const algorithm = 'aes-256-gcm';

/** What AES-256-GCM makes of a plaintext. */
export interface Encrypted {
  readonly ciphertext: Uint8Array;
  /** 16 bytes. */
  readonly tag: Uint8Array;
}

/** The key that every sealed record is encrypted under. It shows itself to nobody: not to a log, not as JSON. */
export class KeyEncryptionKey {
  readonly #key: KeyObject;

  /** Takes 32 bytes and wipes the array. */
  constructor(bytes: Uint8Array) {
    this.#key = createSecretKey(bytes);
    bytes.fill(0);
  }

  /** Encrypts under a nonce of 12 bytes that was never used before (NIST SP 800-38D). */
  encrypt(nonce: Uint8Array, associatedData: Uint8Array, plaintext: Uint8Array): Encrypted {
    const cipher = createCipheriv(algorithm, this.#key, nonce);
    cipher.setAAD(associatedData);
    const ciphertext = Buffer.concat([cipher.update(plaintext), cipher.final()]);
    return { ciphertext, tag: cipher.getAuthTag() };
  }

  /** The plaintext, or null where key, nonce, associated data, ciphertext and tag do not belong together. */
  decrypt(nonce: Uint8Array, associatedData: Uint8Array, { ciphertext, tag }: Encrypted): Uint8Array | null {
    const decipher = createDecipheriv(algorithm, this.#key, nonce, { authTagLength: 16 });
    decipher.setAAD(associatedData);
    decipher.setAuthTag(tag);
    const plaintext = decipher.update(ciphertext);
    try {
      decipher.final();
      return plaintext;
    } catch {
      plaintext.fill(0);
      return null;
    }
  }

  /** What a log or an answer gets instead. */
  toJSON(): string {
    return '[key-encryption key]';
  }

  /** The same for console and debugger. */
  [inspect.custom](): string {
    return '[key-encryption key]';
  }
}
