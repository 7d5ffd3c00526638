import type { ProblemCode } from '@writ/contract';
import { CodedError } from '@writ/kernel';
import type { Caller } from '@writ/policy';
import { epochNow, isActive, lockTrust, type Transaction } from '@writ/storage';

/**
 * Takes the organization's turn to change what is trusted, and makes sure that nothing of the caller's own rights was
 * taken while waiting for it: of two owners who close each other's accounts, the second is refused. Ends in
 * `session_ended`, `decision_stale` (the caller's roles or keys have changed).
 */
export async function takeTurn(tx: Transaction, caller: Caller): Promise<void> {
  await takeTurnWithKeys(tx, caller);
  if ((await epochNow(tx, caller.organizationId, caller.userId)) === caller.epoch) return;
  throw new CodedError<ProblemCode>(
    'decision_stale',
    'Your own rights were changed at this moment; ask again.',
  );
}

/**
 * The same for what rests on the account alone and on none of its rights: that of its keys which is proved while another
 * one is does not wait for it in vain. Ends in `session_ended`.
 */
export async function takeTurnWithKeys(tx: Transaction, { organizationId, userId }: Caller): Promise<void> {
  await lockTrust(tx, organizationId);
  if (await isActive(tx, organizationId, userId)) return;
  throw new CodedError<ProblemCode>('session_ended', 'Your account was closed or reset; sign in again.');
}
