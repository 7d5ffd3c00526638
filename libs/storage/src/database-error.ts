import { CodedError } from '@writ/kernel';
import type { StorageErrorCode } from './errors.js';
import { errorCode, errorText, systemCall } from './system-error.js';

/** SQLSTATEs (and whole classes) and Prisma's codes that mean: the database is not there for us now. */
const unavailable =
  /^(P1001|P1002|P1008|P1011|P1017|P1018|P2024|P2028|P2037|08...|57P0[1-5]|57014|53300|53200|25006|55P03|XX001|XX002|58...)$/;
/** A deadlock, a serialization failure; Prisma's code for either. */
const conflict = /^(40P01|40001|P2034|TransactionWriteConflict)$/;
/** The adapter's own names for it. Of a raw query Prisma gives nothing else: its code is P2010 whatever happened. */
const unavailableKind =
  /^(DatabaseNotReachable|SocketTimeout|ConnectionClosed|TransactionAlreadyClosed|TlsConnectionError|TooManyConnections)$/;
const full = /^(53100|ENOSPC|EDQUOT)$/;
const socket = /^(ECONN[A-Z]+|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN)$/;
/** What `pg` says without a code when a connection ends or cannot be had. */
const phrases =
  /connection terminated|connection error and is not queryable|timeout (exceeded|expired)|query read timeout|client was closed|end was called|server closed the connection/i;

/** Marks an error that is about availability and not about the statement. */
export type AvailabilityCode = Extract<StorageErrorCode, 'storage_unavailable' | 'storage_full'>;

/** 'storage_full', 'storage_unavailable', or undefined for any other error of `pg` or of Prisma's adapter. */
export function availabilityCode(error: unknown): AvailabilityCode | undefined {
  const all = [error, ...causes(error)];
  const codes = all.flatMap(codesOf);
  const text = all.map(errorText).join(' ');
  if (codes.some((code) => full.test(code)) || /No space left on device/.test(text)) return 'storage_full';
  const gone =
    codes.some((code) => unavailable.test(code) || unavailableKind.test(code) || socket.test(code)) ||
    phrases.test(text);
  // A missing socket file is ENOENT, which says nothing of a database when another call ends in it.
  if (gone || all.some((one) => systemCall(one) === 'connect')) return 'storage_unavailable';
  return undefined;
}

/** Whether the database ended a transaction for the sake of another one, so that it can be tried again. */
export function isConflict(error: unknown): boolean {
  return [error, ...causes(error)].some((one) => codesOf(one).some((code) => conflict.test(code)));
}

/** An error's code, and the kind that Prisma's adapter calls it. */
function codesOf(error: unknown): string[] {
  const kind = typeof error === 'object' && error !== null && 'kind' in error ? error.kind : undefined;
  return typeof kind === 'string' ? [errorCode(error), kind] : [errorCode(error)];
}

/** The errors inside an error: `cause`, Prisma's `meta.driverAdapterError`, and the adapter's `originalCode`. */
function causes(error: unknown, depth = 0): unknown[] {
  if (typeof error !== 'object' || error === null || depth > 4) return [];
  const { cause, meta, originalCode } = error as { cause?: unknown; meta?: unknown; originalCode?: unknown };
  const driver =
    typeof meta === 'object' && meta !== null && 'driverAdapterError' in meta
      ? meta.driverAdapterError
      : undefined;
  const inner = [cause, driver].filter((one) => one !== undefined && one !== null);
  const code = typeof originalCode === 'string' ? [{ code: originalCode }] : [];
  return [...code, ...inner, ...inner.flatMap((one) => causes(one, depth + 1))];
}

/**
 * Turns what `pg` or Prisma threw into a coded error when it is about the database being gone, full, or too busy with others; gives back
 * everything else as it is.
 */
export function databaseError(error: unknown): unknown {
  if (error instanceof CodedError) return error;
  const code = isConflict(error) ? 'storage_unavailable' : availabilityCode(error);
  if (code === undefined) return error;
  const sentence =
    code === 'storage_full'
      ? 'The database has no space left; make room on its disk.'
      : 'The database cannot be reached at the moment; try again shortly.';
  return new CodedError<StorageErrorCode>(code, sentence, {}, { cause: error });
}
