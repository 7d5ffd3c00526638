import type { ProblemCode } from '@writ/contract';
import { CodedError } from '@writ/kernel';
import {
  epochNow,
  epochsHold,
  findOrganization,
  hasActiveOwner,
  isActive,
  keepOutsider,
  lockTrust,
  seeAlso,
  type Transaction,
} from '@writ/storage';
import { elsewhere } from '../auth/act-elsewhere.js';
import type { CallerSomewhere } from '../auth/signed-in-caller.js';

/**
 * Takes the organization's turn to change what is trusted, and makes sure that nothing of the caller's own rights was
 * taken while waiting for it: of two owners who close each other's accounts, the second is refused. From then on the
 * transaction sees the caller's home, too. Ends in `session_ended`, `decision_stale` (the caller's roles or keys have changed), `not_found` (from outside:
 * somebody of the organization's own has become its owner).
 */
export async function takeTurn(tx: Transaction, caller: CallerSomewhere): Promise<void> {
  await takeTurnWithKeys(tx, caller);
  if (await rightsHold(tx, caller)) return;
  throw new CodedError<ProblemCode>(
    'decision_stale',
    'Your own rights were changed at this moment; ask again.',
  );
}

/**
 * The same for what rests on the account alone and on none of its rights: that of its keys which is proved while another
 * one is does not wait for it in vain. Ends in `session_ended`, `not_found`.
 */
export async function takeTurnWithKeys(tx: Transaction, caller: CallerSomewhere): Promise<void> {
  const { organizationId, userId, outside = null } = caller;
  const home = homeOf(caller);
  await lockTrust(tx, organizationId);
  if (outside !== null) await seeAlso(tx, home);
  if (!(await isActive(tx, home, userId))) {
    throw new CodedError<ProblemCode>(
      'session_ended',
      'Your account was closed, locked or reset; sign in again.',
    );
  }
  if (outside !== null) await enter(tx, caller);
}

/** Somebody from outside has to be let in still; the organization keeps their name for what they leave behind. */
async function enter(tx: Transaction, caller: CallerSomewhere): Promise<void> {
  const { organizationId, userId, userName, outside } = caller;
  const open = (await findOrganization(tx, organizationId))?.state === 'active';
  if (!open || (outside === 'provider' && (await hasActiveOwner(tx, organizationId)))) throw elsewhere();
  await keepOutsider(tx, { organizationId, userId, homeId: homeOf(caller), name: userName });
}

/** Of somebody from outside the account's counter is held: whoever closes it at home takes another organization's turn. */
async function rightsHold(tx: Transaction, caller: CallerSomewhere): Promise<boolean> {
  const { userId, epoch, outside = null } = caller;
  const home = homeOf(caller);
  if (outside === null) return (await epochNow(tx, home, userId)) === epoch;
  return epochsHold(tx, [home], [{ id: userId, epoch }]);
}

/** The organization (id) that the account is of. */
function homeOf({ home, organizationId }: CallerSomewhere): string {
  return home?.organizationId ?? organizationId;
}
