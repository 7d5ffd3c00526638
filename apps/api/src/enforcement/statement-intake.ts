import type { Clock } from '@writ/kernel';
import {
  findOrganization,
  keepStatements,
  type NewHostStatement,
  type ScopedDatabase,
  type StatementOutcome,
} from '@writ/storage';
import { noOrganization } from '../refusal.js';
import { skew } from './statement-nonce.js';
import { noRevocations } from '../trust/published-krl.js';

interface Waiting {
  readonly statement: NewHostStatement;
  readonly resolve: (outcome: StatementOutcome) => void;
  readonly reject: (error: unknown) => void;
}

/** Most statements in one commit. */
const longestBatch = 250;
/** Batches that are in the database at a time, each of another organization: what arrives while one commits makes the next one larger. */
const lanes = 2;

/**
 * Keeps hosts' statements: those of one organization that arrive at the same time share one transaction, as after each new KRL all
 * hosts speak at once. A lone one waits for nobody.
 */
export class StatementIntake {
  private readonly waiting = new Map<string, Waiting[]>();
  private readonly running = new Set<string>();
  private scheduled = false;

  constructor(private readonly services: { readonly store: ScopedDatabase; readonly clock: Clock }) {}

  /** Resolves when the statement is kept, durably, or with why it is not. Ends in `not_found` (the organization), or rejects as the database does. */
  take(organizationId: string, statement: NewHostStatement): Promise<StatementOutcome> {
    return new Promise((resolve, reject) => {
      const queue = this.waiting.get(organizationId) ?? [];
      queue.push({ statement, resolve, reject });
      this.waiting.set(organizationId, queue);
      // What arrives in the same turn of the event loop shares the batch.
      if (!this.scheduled) setImmediate(() => this.dispatch());
      this.scheduled = true;
    });
  }

  private dispatch(): void {
    this.scheduled = false;
    while (this.running.size < lanes) {
      const next = this.next();
      if (next === undefined) return;
      const [organizationId, queue] = next;
      const [batch, left] = oneOfEach(queue);
      // The other organizations have their turn before.
      this.waiting.delete(organizationId);
      if (left.length > 0) this.waiting.set(organizationId, left);
      this.running.add(organizationId);
      void this.settle(organizationId, batch).then(() => {
        this.running.delete(organizationId);
        this.dispatch();
      });
    }
  }

  /** The organization that has waited longest and has no batch in the database. */
  private next(): readonly [string, readonly Waiting[]] | undefined {
    for (const each of this.waiting) if (!this.running.has(each[0])) return each;
    return undefined;
  }

  /** Never rejects. */
  private async settle(organizationId: string, batch: readonly Waiting[]): Promise<void> {
    try {
      const outcomes = await this.keep(
        organizationId,
        batch.map(({ statement }) => statement),
      );
      batch.forEach(({ resolve, reject }, n) => {
        const outcome = outcomes[n];
        if (outcome === undefined) reject(new TypeError('an outcome for each statement'));
        else resolve(outcome);
      });
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }

  private keep(
    organizationId: string,
    statements: readonly NewHostStatement[],
  ): Promise<readonly StatementOutcome[]> {
    return this.services.store.within([organizationId], async (tx) => {
      const organization = await findOrganization(tx, organizationId);
      if (organization?.state !== 'active') throw noOrganization();
      const withoutRevocations = Buffer.from(noRevocations(organization.handle).sha256, 'hex');
      const now = this.services.clock();
      const times = { at: new Date(now), future: new Date(now + skew) };
      return keepStatements(tx, organizationId, { ...times, withoutRevocations }, statements);
    });
  }
}

/** The first statement of each host, as many as go into a batch, and the others. */
function oneOfEach(queue: readonly Waiting[]): readonly [Waiting[], Waiting[]] {
  const hosts = new Set<string>();
  const [batch, left]: [Waiting[], Waiting[]] = [[], []];
  for (const one of queue) {
    const { hostId } = one.statement;
    if (batch.length === longestBatch || hosts.has(hostId)) left.push(one);
    else batch.push(one);
    hosts.add(hostId);
  }
  return [batch, left];
}
