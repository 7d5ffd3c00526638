import type { CertificateRecord, Recorded, Recorder } from '@writ/issuance';
import type { MemoryEpochs } from './epochs.js';

/** A recorder that keeps its records in memory. */
export interface MemoryRecorder extends Recorder {
  readonly records: readonly CertificateRecord[];
}

/** What happens between a record's arrival and its commit: the time a disk takes. */
export type Delay = () => Promise<void>;

/**
 * Records in memory, on condition that the epochs hold at the moment of the commit, as the real recorder does. A serial that
 * is already there is refused with an error that no caller of the cycle ever sees twice.
 */
export function memoryRecorder(epochs: MemoryEpochs, delay: Delay = () => Promise.resolve()): MemoryRecorder {
  const records: CertificateRecord[] = [];
  const serials = new Set<string>();
  const idempotencyKeys = new Set<string>();

  function commit(record: CertificateRecord): Recorded {
    const changed = record.seen.filter(({ id, epoch }) => epochs.current(id) !== epoch).map(({ id }) => id);
    if (changed.length > 0) return { outcome: 'stale', changed };
    const { organizationId, userId, idempotency, authorityId, serial } = record;
    const key = idempotency === null ? null : JSON.stringify([organizationId, userId, idempotency.key]);
    if (key !== null && idempotencyKeys.has(key)) return { outcome: 'duplicate' };
    if (serials.has(`${authorityId} ${serial}`)) throw new Error('This serial is recorded already.');
    if (key !== null) idempotencyKeys.add(key);
    serials.add(`${authorityId} ${serial}`);
    records.push(record);
    return { outcome: 'recorded' };
  }

  return {
    records,
    async record(record) {
      await delay();
      return commit(record);
    },
  };
}
