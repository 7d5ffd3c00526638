import type { CertificateRecord, Recorded, Recorder } from '@writ/issuance';
import type { ClientConfig } from 'pg';
import { databaseError } from './database-error.js';
import { recordLane, type Lane } from './record-lane.js';
import { errorCode } from './system-error.js';

export interface RecorderOptions {
  /** How to connect as the recorder's role. */
  readonly connection: ClientConfig;
  /** Connections that take turns: one batch forms while another commits. */
  readonly lanes?: number;
  /** Most certificates in one commit. */
  readonly longestBatch?: number;
}

/** A recorder that waits for what it was given, and then closes its connections. */
export interface GroupRecorder extends Recorder {
  /**
   * Whether it could record now: an empty batch, where a connection is free. Rejects with `storage_unavailable`,
   * `storage_full`, or as `pg` does where its login lacks rights.
   */
  ready(): Promise<void>;
  close(): Promise<void>;
}

interface Waiting {
  readonly record: CertificateRecord;
  readonly resolve: (recorded: Recorded) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Group commit: certificates that are recorded at the same time share one statement and one durable commit. A batch
 * takes whatever waits when a connection is free, so that a lone certificate waits for nobody.
 */
export function groupRecorder({ connection, lanes = 2, longestBatch = 64 }: RecorderOptions): GroupRecorder {
  const all = Array.from({ length: lanes }, () => recordLane(connection));
  const idle = [...all];
  const running = new Set<Promise<void>>();
  let waiting: Waiting[] = [];
  let scheduled = false;
  let closed = false;

  const dispatch = (): void => {
    scheduled = false;
    while (waiting.length > 0) {
      const lane = idle.pop();
      if (lane === undefined) return;
      const batch = waiting.slice(0, longestBatch);
      waiting = waiting.slice(longestBatch);
      const run = settle(lane, batch).then(() => {
        running.delete(run);
        idle.push(lane);
        dispatch();
      });
      running.add(run);
    }
  };

  return {
    record(record) {
      return new Promise((resolve, reject) => {
        if (closed) throw databaseError(new Error('client was closed'));
        waiting.push({ record, resolve, reject });
        // Not at once: what arrives in the same turn of the event loop shares the batch.
        if (!scheduled) setImmediate(dispatch);
        scheduled = true;
      });
    },
    async ready() {
      if (closed) throw databaseError(new Error('client was closed'));
      const lane = idle.pop();
      // All of them are recording.
      if (lane === undefined) return;
      const asked = lane.record([]);
      const run = asked
        .then(
          () => undefined,
          () => undefined,
        )
        .then(() => {
          running.delete(run);
          idle.push(lane);
          dispatch();
        });
      running.add(run);
      await asked.catch((error: unknown) => {
        throw databaseError(error);
      });
    },
    async close() {
      closed = true;
      while (waiting.length > 0 || running.size > 0) {
        dispatch();
        await Promise.all(running);
      }
      await Promise.all(all.map((lane) => lane.close()));
    },
  };
}

/** Records a batch and tells each waiter its own outcome. Never rejects. */
async function settle(lane: Lane, batch: readonly Waiting[]): Promise<void> {
  try {
    const recorded = await withRetry(lane, batch);
    batch.forEach(({ resolve, reject }, i) => {
      const outcome = recorded[i];
      if (outcome === undefined) reject(new TypeError('an outcome for each record'));
      else resolve(outcome);
    });
  } catch (error) {
    if (batch.length > 1 && isOneElementsFault(error)) {
      for (const one of batch) await settle(lane, [one]);
      return;
    }
    for (const { resolve, reject } of batch) {
      if (isDuplicate(error)) resolve({ outcome: 'duplicate' });
      else reject(databaseError(error));
    }
  }
}

/** A deadlock was rolled back as a whole, so the batch can be sent again. */
async function withRetry(lane: Lane, batch: readonly Waiting[]): Promise<readonly Recorded[]> {
  const records = batch.map(({ record }) => record);
  for (let attempt = 1; ; attempt++) {
    try {
      return await lane.record(records);
    } catch (error) {
      if (attempt === 3 || !/^40(P01|001)$/.test(errorCode(error))) throw error;
    }
  }
}

/** The server refused the batch for what one row holds (classes 22, 23) or waits for: the others go without it. */
function isOneElementsFault(error: unknown): boolean {
  return /^(22|23)|^55P03$/.test(errorCode(error));
}

function isDuplicate(error: unknown): boolean {
  return (
    errorCode(error) === '23505' &&
    (error as { readonly constraint?: unknown }).constraint === 'idempotency_pkey'
  );
}
