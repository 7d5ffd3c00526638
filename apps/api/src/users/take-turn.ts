import type { ProblemCode } from '@writ/contract';
import { CodedError } from '@writ/kernel';
import type { Caller } from '@writ/policy';
import { isActive, lockTrust, type Transaction } from '@writ/storage';

/**
 * Takes the organization's turn to change what is trusted, and makes sure that the caller's own account was not closed
 * while waiting for it: of two owners who close each other's accounts, the second is refused. Ends in `session_ended`.
 */
export async function takeTurn(tx: Transaction, { organizationId, userId }: Caller): Promise<void> {
  await lockTrust(tx, organizationId);
  if (await isActive(tx, organizationId, userId)) return;
  throw new CodedError<ProblemCode>('session_ended', 'Your account was closed or reset; sign in again.');
}
