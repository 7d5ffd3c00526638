/** One decoder under test. */
export interface FuzzTarget {
  /** Name on the command line and of its folder in `corpus/`. */
  readonly name: string;
  /**
   * Feeds one input to the decoder. Returning and throwing a CodedError are both fine; any other throw is a
   * finding, and so is a broken promise about what was decoded: throw `new Broken(…)` for that.
   */
  readonly run: (input: Uint8Array) => void;
}

/** A decoder accepted something and then broke a promise about it. */
export class Broken extends Error {
  override readonly name = 'Broken';
}

/** Throws Broken unless both hold the same bytes. */
export function mustEqual(what: string, actual: Uint8Array, expected: Uint8Array): void {
  if (Buffer.compare(actual, expected) !== 0) throw new Broken(`${what}: the bytes differ`);
}

/** The input as text for decoders of text; every byte is one character, so that any input is some text. */
export function asText(input: Uint8Array): string {
  return Buffer.from(input).toString('latin1');
}
