import type { ProblemCode } from '@writ/contract';
import { CodedError, type Clock } from '@writ/kernel';
import {
  countFailures,
  countSuccess,
  lockAttempts,
  uncountFailure,
  type AttemptRow,
  type ScopedDatabase,
} from '@writ/storage';
import type { AttemptCounters } from './attempt-counters.js';
import { failuresAt, isKnown, waitOf, type Attempts } from './throttle.js';

/** An attempt that was let through, and counted as failed until it is told otherwise. */
export interface Attempt {
  succeeded(): Promise<void>;
  /** It neither failed nor succeeded: it counts as never made. */
  released(): Promise<void>;
}

/**
 * Lets an attempt to sign in through, or not yet. It counts as a failure from this moment, so that guesses made side by
 * side count too. Ends in `too_many_attempts` (details.retryAfterSeconds).
 */
export async function attempt(
  { store, clock }: { readonly store: ScopedDatabase; readonly clock: Clock },
  organizationId: string,
  { own, shared }: AttemptCounters,
): Promise<Attempt> {
  const subjects = [own, ...shared].map(({ subject }) => subject);
  const now = clock();
  const { wait, others } = await store.within([organizationId], async (tx) => {
    const rows = await lockAttempts(tx, organizationId, subjects);
    const of = (subject: string): Attempts => attemptsOf(rows.find((row) => row.subject === subject));
    const others = isKnown(of(own.subject), now) ? [] : shared;
    const falls = [own, ...others];
    const wait = Math.max(...falls.map(({ subject, pace }) => waitOf(of(subject), pace, now)));
    if (wait === 0) {
      const counted = falls.map(({ subject, pace }) => ({
        subject,
        failures: failuresAt(of(subject), pace, now) + 1,
      }));
      await countFailures(tx, organizationId, counted, new Date(now));
    }
    return { wait, others };
  });
  if (wait > 0) throw tooMany(Math.ceil(wait / 1_000));
  return {
    succeeded: () =>
      store.within([organizationId], async (tx) => {
        await lockAttempts(tx, organizationId, subjects);
        const taken = others.map(({ subject }) => subject);
        await uncountFailure(tx, organizationId, taken);
        await countSuccess(tx, organizationId, own.subject, new Date(clock()));
      }),
    released: () =>
      store.within([organizationId], async (tx) => {
        await lockAttempts(tx, organizationId, subjects);
        await uncountFailure(
          tx,
          organizationId,
          [own, ...others].map(({ subject }) => subject),
        );
      }),
  };
}

function attemptsOf(row: AttemptRow | undefined): Attempts {
  return {
    failures: row?.failures ?? 0,
    lastFailureAt: row?.lastFailureAt?.getTime() ?? null,
    lastSuccessAt: row?.lastSuccessAt?.getTime() ?? null,
  };
}

function tooMany(retryAfterSeconds: number): CodedError<ProblemCode> {
  return new CodedError<ProblemCode>(
    'too_many_attempts',
    `Too many failed attempts; try again in ${retryAfterSeconds} s.`,
    { retryAfterSeconds },
  );
}
