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
import { party } from '../http/source.js';
import { memory, waitFor, type Attempts } from './throttle.js';

/** An attempt that was let through, and counted as failed until it is told otherwise. */
export interface Attempt {
  succeeded(): Promise<void>;
}

/**
 * Lets an attempt to sign in through, or not yet. It counts as a failure from this moment, so that guesses made side by
 * side count too. Ends in `too_many_attempts` (details.retryAfterSeconds).
 * @param name the account's name, or what was given for one
 * @param address where the attempt comes from
 */
export async function attempt(
  { store, clock }: { readonly store: ScopedDatabase; readonly clock: Clock },
  organizationId: string,
  name: string,
  address: string,
): Promise<Attempt> {
  const place = party(address);
  const account = `account:${name}`;
  const source = `source:${place}`;
  const pair = `pair:${name}|${place}`;
  const now = clock();
  const wait = await store.within([organizationId], async (tx) => {
    const rows = await lockAttempts(tx, organizationId, [account, source, pair]);
    const of = (subject: string): Attempts => attemptsOf(rows.find((row) => row.subject === subject));
    const ms = waitFor({ account: of(account), source: of(source), pair: of(pair) }, now);
    if (ms === 0) {
      await countFailures(tx, organizationId, [account, source, pair], new Date(now), new Date(now - memory));
    }
    return ms;
  });
  if (wait > 0) throw tooMany(Math.ceil(wait / 1_000));
  return {
    succeeded: () =>
      store.within([organizationId], async (tx) => {
        await lockAttempts(tx, organizationId, [account, source, pair]);
        await uncountFailure(tx, organizationId, [account, source]);
        await countSuccess(tx, organizationId, pair, new Date(clock()));
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
