import type { Transaction } from './transaction.js';

export interface AttemptRow {
  readonly subject: string;
  readonly failures: number;
  readonly lastFailureAt: Date | null;
  readonly lastSuccessAt: Date | null;
}

/**
 * The counters of some subjects that have one, held, with those that have none, until this transaction ends: those who
 * guess in parallel wait for each other. Locked in one order, and by name instead of by row: looking makes no rows.
 */
export async function lockAttempts(
  tx: Transaction,
  organizationId: string,
  subjects: readonly string[],
): Promise<readonly AttemptRow[]> {
  const ordered = [...new Set(subjects)].sort();
  await tx.$queryRaw`
    select pg_advisory_xact_lock(hashtextextended(${organizationId} || subject, 0))::text
    from unnest(${ordered}::text[]) with ordinality as wanted (subject, place) order by place`;
  return tx.$queryRaw<AttemptRow[]>`
    select subject, failures, last_failure_at as "lastFailureAt", last_success_at as "lastSuccessAt" from sign_in_attempts
    where organization_id = ${organizationId}::uuid and subject = any(${ordered}::text[])`;
}

/** Notes that each of these counters holds so many failures, the last of them at `at`. */
export async function countFailures(
  tx: Transaction,
  organizationId: string,
  counters: readonly Pick<AttemptRow, 'subject' | 'failures'>[],
  at: Date,
): Promise<void> {
  const subjects = counters.map(({ subject }) => subject);
  const failures = counters.map((counter) => counter.failures);
  await tx.$executeRaw`
    insert into sign_in_attempts (organization_id, subject, failures, last_failure_at)
    select ${organizationId}::uuid, subject, failures, ${at}::timestamptz
    from unnest(${subjects}::text[], ${failures}::int[]) as counted (subject, failures)
    on conflict (organization_id, subject) do update
      set failures = excluded.failures, last_failure_at = excluded.last_failure_at`;
}

/** Takes back the failure that was counted in advance for an attempt that turned out to be none. */
export async function uncountFailure(
  tx: Transaction,
  organizationId: string,
  subjects: readonly string[],
): Promise<void> {
  await tx.$executeRaw`
    update sign_in_attempts set failures = greatest(failures - 1, 0)
    where organization_id = ${organizationId}::uuid and subject = any(${[...subjects]}::text[])`;
}

/** Notes that a subject succeeded, which forgets its failures. */
export async function countSuccess(
  tx: Transaction,
  organizationId: string,
  subject: string,
  at: Date,
): Promise<void> {
  await tx.$executeRaw`
    update sign_in_attempts set failures = 0, last_failure_at = null, last_success_at = ${at}::timestamptz
    where organization_id = ${organizationId}::uuid and subject = ${subject}`;
}

/**
 * Forgets counters whose last failure lies before `failedBefore`, unless they have succeeded since `succeededBefore`;
 * returns how many.
 */
export async function forgetAttempts(
  tx: Transaction,
  organizationId: string,
  { failedBefore, succeededBefore }: { readonly failedBefore: Date; readonly succeededBefore: Date },
): Promise<number> {
  return tx.$executeRaw`
    delete from sign_in_attempts where organization_id = ${organizationId}::uuid
      and coalesce(last_failure_at, '-infinity') < ${failedBefore}::timestamptz
      and coalesce(last_success_at, '-infinity') < ${succeededBefore}::timestamptz`;
}
