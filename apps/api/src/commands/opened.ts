interface Closable {
  close(): Promise<void>;
}

/** What was opened, to be closed in the opposite order, each whatever became of the others. */
export class Opened {
  private readonly all: Closable[] = [];

  add<T extends Closable>(one: T): T {
    this.all.push(one);
    return one;
  }

  /** Closes everything; rejects with the first error when all is done. */
  async close(): Promise<void> {
    const errors: unknown[] = [];
    for (const one of this.all.splice(0).reverse()) {
      await one.close().catch((error: unknown) => errors.push(error));
    }
    if (errors.length > 0) throw errors[0];
  }
}
