import { CodedError, isCodedError } from '@writ/kernel';
import type { ProblemCode } from '@writ/contract';

/** What a part may reject with by itself. */
const codes: readonly ProblemCode[] = ['storage_unavailable', 'storage_full', 'signer_unavailable'];

/**
 * Whether certificates can be issued now: asks each part, one after the other. Anybody may ask; who asks while the
 * parts are being asked shares their answer.
 */
export class Readiness {
  private asking: Promise<void> | undefined;

  /** @param parts each rejects when it cannot work */
  constructor(private readonly parts: readonly (() => Promise<void>)[]) {}

  /** Rejects with `storage_unavailable`, `storage_full`, `signer_unavailable`. */
  check(): Promise<void> {
    this.asking ??= this.ask().finally(() => (this.asking = undefined));
    return this.asking;
  }

  private async ask(): Promise<void> {
    try {
      for (const part of this.parts) await part();
    } catch (error) {
      if (codes.some((code) => isCodedError(error, code))) throw error;
      throw new CodedError<ProblemCode>(
        'storage_unavailable',
        "What the service keeps its records in cannot be used; see the service's log.",
        {},
        { cause: error },
      );
    }
  }
}
