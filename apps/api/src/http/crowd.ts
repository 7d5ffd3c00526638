import type { ProblemCode } from '@writ/contract';
import { CodedError } from '@writ/kernel';
import type { Limits } from '../config/config.js';
import { party } from './source.js';

/** Counts the requests that are being worked on, altogether and by party. */
export class Crowd {
  private total = 0;
  private readonly parties = new Map<string, number>();
  private closing = false;
  private onEmpty: (() => void) | undefined;

  constructor(private readonly limits: Pick<Limits, 'requests' | 'requestsPerSource'>) {}

  /** From now on nobody is let in. */
  close(): void {
    this.closing = true;
  }

  get closed(): boolean {
    return this.closing;
  }

  /** Resolves when nobody is inside. For one who waits. */
  empty(): Promise<void> {
    return this.total === 0 ? Promise.resolve() : new Promise((resolve) => (this.onEmpty = resolve));
  }

  /**
   * Lets a request in, until the returned function is called.
   * Ends in `shutting_down`, `overloaded`, `too_many_requests`.
   */
  enter(address: string): () => void {
    if (this.closing)
      throw new CodedError<ProblemCode>('shutting_down', 'The service is stopping; try again in a moment.', {
        retryAfterSeconds: 2,
      });
    if (this.total >= this.limits.requests) {
      throw new CodedError<ProblemCode>(
        'overloaded',
        'The service has too much to do; try again in a moment.',
        { retryAfterSeconds: 1 },
      );
    }
    const source = party(address);
    const already = this.parties.get(source) ?? 0;
    if (already >= this.limits.requestsPerSource) {
      throw new CodedError<ProblemCode>(
        'too_many_requests',
        `Your address has ${already} requests waiting here already; wait for some of them.`,
        { retryAfterSeconds: 1 },
      );
    }
    this.total += 1;
    this.parties.set(source, already + 1);
    return () => this.leave(source);
  }

  private leave(source: string): void {
    this.total -= 1;
    if (this.total === 0) this.onEmpty?.();
    const left = (this.parties.get(source) ?? 1) - 1;
    if (left <= 0) this.parties.delete(source);
    else this.parties.set(source, left);
  }
}
