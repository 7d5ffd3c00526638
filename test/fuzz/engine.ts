import { isCodedError } from '@writ/kernel';
import { mutate } from './mutate.js';
import { SeededRandom } from './random.js';
import type { FuzzTarget } from './target.js';

/** An input that a decoder mishandled. */
export interface Finding {
  readonly input: Uint8Array;
  readonly error: unknown;
}

/** What a run did. */
export interface FuzzReport {
  readonly executions: number;
  /** Ways in which inputs ended; `new` inputs are the first of theirs. */
  readonly outcomes: ReadonlyMap<string, Uint8Array>;
  readonly finding: Finding | null;
}

/** How an input ended: 'accepted', or the code of the refusal and roughly where in the input it came. */
export function outcome(target: FuzzTarget, input: Uint8Array): string {
  try {
    target.run(input);
    return 'accepted';
  } catch (error) {
    if (!isCodedError(error)) throw error;
    const { offset } = error.details;
    return typeof offset === 'number' ? `${error.code} ${Math.floor(offset / 64)}` : error.code;
  }
}

/**
 * Runs every input of the corpus, then changed ones until `keepGoing` says no. An input that ends in a way
 * not seen before becomes one to change further.
 */
export function fuzz(
  target: FuzzTarget,
  corpus: readonly Uint8Array[],
  seed: number,
  keepGoing: (executions: number) => boolean,
  beforeEach: (input: Uint8Array) => void = () => {},
): FuzzReport {
  const random = new SeededRandom(seed);
  const pool: Uint8Array[] = corpus.length === 0 ? [Buffer.of(0)] : [...corpus];
  const outcomes = new Map<string, Uint8Array>();
  let executions = 0;
  const attempt = (input: Uint8Array): Finding | null => {
    executions += 1;
    beforeEach(input);
    try {
      const how = outcome(target, input);
      if (outcomes.has(how)) return null;
      outcomes.set(how, input);
      pool.push(input);
      return null;
    } catch (error) {
      return { input, error };
    }
  };
  for (const input of [...pool]) {
    const finding = attempt(input);
    if (finding !== null) return { executions, outcomes, finding };
  }
  while (keepGoing(executions)) {
    const finding = attempt(mutate(random.pick(pool), random.pick(pool), random));
    if (finding !== null) return { executions, outcomes, finding };
  }
  return { executions, outcomes, finding: null };
}
