/** The versions of whatever decisions rest on, in memory. */
export interface MemoryEpochs {
  /** The epoch of `id`; begins one at 1 where there is none. */
  begin(id: string): bigint;
  /** What it is now, or null where the id is unknown or gone. */
  current(id: string): bigint | null;
  /** Something about `id` has changed. */
  raise(id: string): void;
  /** `id` is gone. */
  end(id: string): void;
}

/** No versions yet. */
export function memoryEpochs(): MemoryEpochs {
  const epochs = new Map<string, bigint>();
  return {
    begin(id) {
      const epoch = epochs.get(id) ?? 1n;
      epochs.set(id, epoch);
      return epoch;
    },
    current: (id) => epochs.get(id) ?? null,
    raise(id) {
      epochs.set(id, (epochs.get(id) ?? 0n) + 1n);
    },
    end(id) {
      epochs.delete(id);
    },
  };
}
