/** Lets everybody who asks for the same thing at the same time wait for one piece of work. */
export class SharedWork<Result> {
  private readonly running = new Map<string, Promise<Result>>();

  /** The result of the work that runs for `key`, started by whoever comes first. */
  of(key: string, work: () => Promise<Result>): Promise<Result> {
    const found = this.running.get(key);
    if (found !== undefined) return found;
    const started = work().finally(() => this.running.delete(key));
    this.running.set(key, started);
    return started;
  }
}
