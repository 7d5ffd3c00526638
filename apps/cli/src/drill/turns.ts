/** So many logins go on at once. */
const most = 8;

/** Lets a few go on at a time, in the order in which they came. */
export class Turns {
  private free = most;
  private readonly waiting: (() => void)[] = [];

  /** Settles as `work` does. */
  async take<T>(work: () => Promise<T>): Promise<T> {
    if (this.free > 0) this.free -= 1;
    else await new Promise<void>((resolve) => this.waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = this.waiting.shift();
      if (next === undefined) this.free += 1;
      else next();
    }
  }
}
