import { refuse } from '../../refuse.js';

const mint: unique symbol = Symbol('lint');

/**
 * To-be-signed bytes that passed the lint, once: whoever signs takes them. Only `lint` makes one; the
 * bytes are a copy that nobody else holds, so that what was judged is what gets signed.
 */
export class LintedTbs {
  #bytes: Uint8Array | null;

  /** Reachable through `mintLintedTbs` only, which the package does not export. */
  constructor(key: typeof mint, bytes: Uint8Array) {
    if (key !== mint) throw new TypeError('Only lint makes a LintedTbs.');
    this.#bytes = new Uint8Array(bytes);
  }

  /** The bytes, once; the second call throws CodedError 'linted_already_taken'. */
  take(): Uint8Array {
    const bytes = this.#bytes;
    if (bytes === null) {
      return refuse('linted_already_taken', 'These linted bytes were already taken for signing; lint again.');
    }
    this.#bytes = null;
    return bytes;
  }
}

/** For `lint`. */
export function mintLintedTbs(bytes: Uint8Array): LintedTbs {
  return new LintedTbs(mint, bytes);
}
