import type { KeyObject } from 'node:crypto';
import { inspect } from 'node:util';
import { CodedError, isCodedError } from '@writ/kernel';
import type { AuthorityRef, Signer, SignerErrorCode } from '@writ/issuance';
import type { LintedTbs } from '@writ/openssh/certificate';
import {
  encodeSignature,
  publicKeyFromObject,
  samePublicKey,
  signatureAlgorithmFor,
  signRawInPool,
  type PublicKey,
} from '@writ/openssh/key';
import { openAuthorityKey } from './authority-key.js';
import type { KeyEncryptionKey } from './key-encryption-key.js';

/** Resolves to the authority's sealed private key, or null where there is none. */
export type LoadSealedKey = (authority: AuthorityRef) => Promise<Uint8Array | null>;

interface HeldKey {
  readonly publicKey: PublicKey;
  readonly privateKey: KeyObject;
}

/**
 * Signs with private keys that are stored sealed and opened once, when they are first needed; from then on OpenSSL holds them.
 * Signatures are made in the thread pool. Shows itself to no log and no JSON.
 */
export class LocalSigner implements Signer {
  readonly #key: KeyEncryptionKey;
  readonly #load: LoadSealedKey;
  readonly #held = new Map<string, Promise<HeldKey>>();

  constructor(key: KeyEncryptionKey, load: LoadSealedKey) {
    this.#key = key;
    this.#load = load;
  }

  /** Rejects with 'authority_key_unknown', 'signer_unavailable', 'linted_already_taken'. */
  async sign(authority: AuthorityRef, linted: LintedTbs): Promise<Uint8Array> {
    const { publicKey, privateKey } = await this.#hold(authority);
    if (!samePublicKey(publicKey, authority.publicKey)) throw unknownKey();
    const algorithm = signatureAlgorithmFor(publicKey);
    return encodeSignature(algorithm, await signRawInPool(privateKey, algorithm, linted.take()));
  }

  /** What a log or an answer gets instead. */
  toJSON(): string {
    return '[local signer]';
  }

  /** The same for console and debugger. */
  [inspect.custom](): string {
    return '[local signer]';
  }

  #hold(authority: AuthorityRef): Promise<HeldKey> {
    const held = this.#held.get(authority.id);
    if (held !== undefined) return held;
    const opening = this.#open(authority);
    this.#held.set(authority.id, opening);
    // What failed is tried again with the next certificate.
    opening.catch(() => this.#held.delete(authority.id));
    return opening;
  }

  async #open(authority: AuthorityRef): Promise<HeldKey> {
    try {
      const sealed = await this.#load(authority);
      if (sealed === null) throw unknownKey();
      const privateKey = openAuthorityKey(this.#key, authority, sealed);
      return { publicKey: publicKeyFromObject(privateKey), privateKey };
    } catch (cause) {
      if (isCodedError(cause, 'authority_key_unknown')) throw cause;
      throw new CodedError<SignerErrorCode>(
        'signer_unavailable',
        "The authority's key could not be opened; the server's log says why.",
        {},
        { cause },
      );
    }
  }
}

function unknownKey(): CodedError<SignerErrorCode> {
  return new CodedError('authority_key_unknown', "The signer does not hold this authority's key.");
}
