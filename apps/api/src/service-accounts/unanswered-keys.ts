import type { Permission } from '@writ/contract';
import { answersForKey } from '@writ/policy';
import {
  endSessionsOfKey,
  holdUserToChange,
  isActive,
  isOwnerElsewhere,
  keyRegistrars,
  openedSince,
  raiseEpochs,
  type KeyRegistrar,
  type SignInUser,
  type Transaction,
  type WhichKeys,
} from '@writ/storage';
import { heldPermissions } from '../auth/held-permissions.js';

/** A key and the service account (id) that it would open. */
interface UnansweredKey {
  readonly userId: string;
  readonly fingerprint: string;
}

/**
 * The registered keys that open nothing, as whoever registered them, or may be behind a service account that did, might not register
 * them now: they lost the right, the account holds more by now, or their own is closed, locked or reset. All of the organization's, those of some accounts (ids) or
 * one; with `at` of those that may have opened these at that time. The transaction may see more organizations from then on: where people from outside are from.
 */
export async function unansweredKeys(
  tx: Transaction,
  organizationId: string,
  of: WhichKeys = {},
): Promise<readonly UnansweredKey[]> {
  const registrars = await keyRegistrars(tx, organizationId, of);
  const held = await permissionsByRole(tx, organizationId, registrars);
  const outsiders = new Map<string, boolean>();
  for (const { registrarId, administrativeRole } of registrars)
    if (administrativeRole === null && !outsiders.has(registrarId))
      outsiders.set(registrarId, await isOutsiderAnswering(tx, organizationId, registrarId, of.at));
  const unanswered = new Map<string, UnansweredKey>();
  for (const each of registrars) {
    const { userId, fingerprint, administrativeRole, registrarId } = each;
    const answered =
      administrativeRole === null
        ? outsiders.get(registrarId) === true
        : each.acting && answersForKey(held(administrativeRole), held(each.accountRole));
    if (!answered) unanswered.set(fingerprint, { userId, fingerprint });
  }
  return [...unanswered.values()];
}

/**
 * Whether what an account made at a time (`at`), and what is only used now, is answered for: the account can act now and whoever has
 * it had it then (it was not reset and opened since), and of a service account whoever registered the keys by which it may have been made
 * might register them now. Whether the account may make it still is another question. The transaction may see more organizations from then on, likewise.
 */
export async function isAnsweredFor(
  tx: Transaction,
  organizationId: string,
  { id, kind }: Pick<SignInUser, 'id' | 'kind'>,
  at: Date,
): Promise<boolean> {
  if (!(await isActive(tx, organizationId, id))) return false;
  if (await openedSince(tx, id, at)) return false;
  return kind === 'person' || (await unansweredKeys(tx, organizationId, { userIds: [id], at })).length === 0;
}

/** The same for somebody from outside: an owner of their organization still. Without `at`, whoever has the account now is asked about. */
export async function isOutsiderAnswering(
  tx: Transaction,
  organizationId: string,
  id: string,
  at?: Date,
): Promise<boolean> {
  if (!(await isOwnerElsewhere(tx, organizationId, id))) return false;
  return at === undefined || !(await openedSince(tx, id, at));
}

/**
 * Ends the sessions that such keys have opened, after rights were taken; in a transaction that holds `lockTrust`. Resolves to how many
 * those were.
 */
export async function endUnansweredSessions(
  tx: Transaction,
  organizationId: string,
  at: Date,
): Promise<number> {
  let sessionsEnded = 0;
  const ending = [...(await unansweredKeys(tx, organizationId))];
  await raiseEpochs(tx, organizationId, [...new Set(ending.map(({ userId }) => userId))]);
  for (const { userId, fingerprint: keyFingerprint } of ending.sort((a, b) =>
    a.userId < b.userId ? -1 : 1,
  )) {
    // Somebody may be signing in with it: they are done, and ended here, or see what has changed.
    await holdUserToChange(tx, organizationId, userId);
    const of = { userId, keyFingerprint };
    sessionsEnded += await endSessionsOfKey(tx, organizationId, of, { at, reason: 'key_unanswered' });
  }
  return sessionsEnded;
}

/** What the administrative roles of all these accounts permit. */
async function permissionsByRole(
  tx: Transaction,
  organizationId: string,
  registrars: readonly KeyRegistrar[],
): Promise<(role: string) => ReadonlySet<Permission>> {
  const held = new Map<string, ReadonlySet<Permission>>();
  for (const { accountRole, administrativeRole } of registrars)
    for (const role of [accountRole, administrativeRole])
      if (role !== null && !held.has(role)) held.set(role, await heldPermissions(tx, organizationId, role));
  return (role) => held.get(role) ?? new Set();
}
