/** Work that is done again and again. */
export interface Repeated {
  readonly work: () => Promise<void>;
  /** How often (ms). */
  readonly every: number;
  /** Whether it is done at once, too. */
  readonly atOnce: boolean;
  /** Is told why it failed; it is done the next time. */
  readonly failed: (error: unknown) => void;
}

/**
 * Does some work every so often, never twice at a time, and keeps no process alive for it.
 * @returns stops it; resolves when what is being done has ended
 */
export function repeatedly({ work, every, atOnce, failed }: Repeated): () => Promise<void> {
  let working: Promise<void> | undefined;
  const look = (): void => {
    working ??= work()
      .catch(failed)
      .finally(() => (working = undefined));
  };
  if (atOnce) look();
  const timer = setInterval(look, every);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await working;
  };
}
