import { refuse } from '../../refuse.js';

const mint: unique symbol = Symbol('lint');

/**
 * To-be-signed bytes that passed the lint, once: whoever signs takes them. Only `lint` makes one; the
 * bytes are an array that nobody else holds, so that what was judged is what gets signed.
 */
export class LintedTbs {
  #bytes: Uint8Array | null;

  /** Reachable through `mintLintedTbs` only, which the package does not export. `bytes` are handed over. */
  constructor(key: typeof mint, bytes: Uint8Array) {
    if (key !== mint) throw new TypeError('Only lint makes a LintedTbs.');
    this.#bytes = bytes;
  }

  /** A copy, to put the certificate together with, as long as nobody has taken the bytes: 'linted_already_taken'. */
  copy(): Uint8Array {
    return Buffer.from(this.#held());
  }

  /** The bytes, once; the second call throws CodedError 'linted_already_taken'. */
  take(): Uint8Array {
    const bytes = this.#held();
    this.#bytes = null;
    return bytes;
  }

  #held(): Uint8Array {
    return (
      this.#bytes ??
      refuse('linted_already_taken', 'These linted bytes were already taken for signing; lint again.')
    );
  }
}

/** For `lint`, which lets go of the bytes. */
export function mintLintedTbs(bytes: Uint8Array): LintedTbs {
  return new LintedTbs(mint, bytes);
}
