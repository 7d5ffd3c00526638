/** Whether certificates can be issued now: asks each part, one after the other. */
export class Readiness {
  /** @param parts each rejects with its own code ('storage_unavailable', 'signer_unavailable') when it cannot work */
  constructor(private readonly parts: readonly (() => Promise<void>)[]) {}

  async check(): Promise<void> {
    for (const part of this.parts) await part();
  }
}
