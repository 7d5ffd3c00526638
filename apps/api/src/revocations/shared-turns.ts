import {
  isConflict,
  lockTrust,
  seeOrganizations,
  type ScopedDatabase,
  type Transaction,
} from '@writ/storage';
import { KrlsLater } from './krls-later.js';
import type { TrustEnding } from './end-trust.js';
import type { KrlPublishing } from './publish-krl.js';

/** So many requests share a turn at most, and no more are begun in one that has lasted so long (ms). */
const most = { requests: 500, ms: 2_000 };

/** Work of one request, in a transaction that sees its organization and holds its turn. */
type Work<T> = (tx: Transaction, services: TrustEnding) => Promise<T>;

interface Waiting {
  readonly work: Work<unknown>;
  readonly settle: (outcome: Outcome) => void;
}

type Outcome = { readonly value: unknown } | { readonly error: unknown };

/**
 * Lets requests that revoke something share an organization's turn: those that come while one is taken wait, and are then worked on
 * one after the other in one transaction, which publishes one KRL for all of them. A burst makes a few KRLs, each answer still names
 * the first one that says what it revoked, and nobody is answered before that is committed. What is refused is taken back alone.
 * Processes that serve one database take turns with each other.
 */
export class SharedTurns {
  private readonly waiting = new Map<string, Waiting[]>();

  constructor(private readonly services: KrlPublishing & { readonly store: ScopedDatabase }) {}

  /** Resolves and rejects as the work does, or as the database does; work may run more than once, and is committed once. */
  take<T>(organizationId: string, work: Work<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const settle = (outcome: Outcome): void => {
        if ('error' in outcome) reject(asError(outcome.error));
        else resolve(outcome.value as T);
      };
      const queue = this.waiting.get(organizationId);
      if (queue !== undefined) return void queue.push({ work, settle });
      this.waiting.set(organizationId, [{ work, settle }]);
      void this.run(organizationId);
    });
  }

  /** Never rejects. */
  private async run(organizationId: string): Promise<void> {
    for (;;) {
      const queue = this.waiting.get(organizationId) ?? [];
      if (queue.length === 0) break;
      const batch = queue.slice(0, most.requests);
      let outcomes: readonly Outcome[];
      try {
        outcomes = await this.together(organizationId, batch);
      } catch (error) {
        outcomes = batch.map(() => ({ error }));
      }
      // Who came meanwhile stands behind them.
      queue.splice(0, outcomes.length);
      outcomes.forEach((outcome, n) => batch[n]?.settle(outcome));
    }
    this.waiting.delete(organizationId);
  }

  /** The outcomes of the first so many; of at least one. */
  private together(organizationId: string, batch: readonly Waiting[]): Promise<readonly Outcome[]> {
    return this.services.store.within([organizationId], async (tx) => {
      const later = new KrlsLater(this.services);
      const services = { ...this.services, later };
      const over = performance.now() + most.ms;
      const outcomes: Outcome[] = [];
      await lockTrust(tx, organizationId);
      for (const { work } of batch) {
        // What one was allowed to see is none of the next one's business.
        await seeOrganizations(tx, [organizationId]);
        const back = later.mark();
        const outcome = await apart(tx, () => work(tx, services));
        if ('error' in outcome) back();
        outcomes.push(outcome);
        if (performance.now() > over) break;
      }
      await later.publish(tx);
      return outcomes;
    });
  }
}

/** Takes back what the work did where it fails, and nothing else of the transaction. */
async function apart(tx: Transaction, work: () => Promise<unknown>): Promise<Outcome> {
  await tx.$executeRaw`savepoint request`;
  try {
    const value = await work();
    await tx.$executeRaw`release savepoint request`;
    return { value };
  } catch (error) {
    // The database ended it for the sake of another transaction: all of it is tried again.
    if (isConflict(error)) throw error;
    await tx.$executeRaw`rollback to savepoint request`;
    return { error };
  }
}

function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new TypeError(String(thrown));
}
