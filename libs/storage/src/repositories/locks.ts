import type { AccountRow } from './accounts.js';
import { seeOrganizations } from './delegations.js';
import type { Transaction } from './transaction.js';

/** A lock that has ended. */
export interface EndedLock {
  /** The act's id. */
  readonly id: string;
  readonly subject: string;
  readonly certificates: number;
  readonly keys: number;
  readonly cut: number;
  /** The account and the state that it goes back to; null where it is another organization's. */
  readonly userId: string | null;
  readonly stateBefore: 'invited' | 'active' | null;
}

/** Makes an act (id) the lock of an account, which goes back to `stateBefore` when it ends. */
export async function markLock(
  tx: Transaction,
  organizationId: string,
  actId: string,
  account: { readonly userId: string; readonly stateBefore: AccountRow['state'] },
): Promise<void> {
  await tx.$executeRaw`
    update revocation_acts set locked_user_id = ${account.userId}::uuid, locked_from = coalesce(
      (select other.locked_from from revocation_acts other where other.locked_user_id = ${account.userId}::uuid
        and other.organization_id = ${organizationId}::uuid and other.unlocked_at is null limit 1), ${account.stateBefore})
    where organization_id = ${organizationId}::uuid and id = ${actId}::uuid`;
}

/** Which of these organizations (ids, all within the scope) have locks whose time is over at `now`. */
export async function organizationsWithDueLocks(tx: Transaction, now: Date): Promise<string[]> {
  const rows = await tx.$queryRaw<{ id: string }[]>`
    select distinct organization_id::text as id from revocation_acts
    where locked_until <= ${now}::timestamptz and unlocked_at is null order by id`;
  return rows.map(({ id }) => id);
}

/** Ends the locks whose time is over, in a transaction that holds `lockTrust`: each once, whoever asks. */
export function endDueLocks(tx: Transaction, organizationId: string, now: Date): Promise<EndedLock[]> {
  return tx.$queryRaw<EndedLock[]>`
    update revocation_acts set unlocked_at = ${now}::timestamptz
    where organization_id = ${organizationId}::uuid and locked_until <= ${now}::timestamptz and unlocked_at is null
    returning id, subject, certificates, keys, cut, locked_user_id as "userId", locked_from as "stateBefore"`;
}

/** Whether anybody but this account (`byId`) has made a lock of the other one that goes on. */
export async function lockedByOthers(
  tx: Transaction,
  organizationId: string,
  userId: string,
  byId: string,
): Promise<boolean> {
  const running = { organizationId, lockedUserId: userId, unlockedAt: null };
  return (await tx.revocationAct.count({ where: { ...running, NOT: { createdById: byId } } })) > 0;
}

/** Ends the locks of an account before their time, and all that they have named; likewise. */
export async function endLocksOf(
  tx: Transaction,
  organizationId: string,
  userId: string,
  now: Date,
): Promise<EndedLock[]> {
  const ended = await tx.$queryRaw<EndedLock[]>`
    update revocation_acts set unlocked_at = ${now}::timestamptz
    where organization_id = ${organizationId}::uuid and locked_user_id = ${userId}::uuid and unlocked_at is null
    returning id, subject, certificates, keys, cut, locked_user_id as "userId", locked_from as "stateBefore"`;
  await nameNoMore(tx, ended, now);
  return ended;
}

/** The same of what followed from acts (ids) of another organization in this one. */
export async function endLocksFrom(
  tx: Transaction,
  organizationId: string,
  origins: readonly string[],
  now: Date,
): Promise<EndedLock[]> {
  const ended = await tx.$queryRaw<EndedLock[]>`
    update revocation_acts set unlocked_at = ${now}::timestamptz
    where organization_id = ${organizationId}::uuid and origin_id = any(${[...origins]}::uuid[]) and unlocked_at is null
    returning id, subject, certificates, keys, cut, locked_user_id as "userId", locked_from as "stateBefore"`;
  await nameNoMore(tx, ended, now);
  return ended;
}

/**
 * Makes the time of an account's locks be over now: whoever ends those whose time is over does the rest (`endDueLocks`). Resolves to their
 * acts (ids).
 */
export async function letLocksRunOut(
  tx: Transaction,
  organizationId: string,
  userId: string,
  now: Date,
): Promise<readonly string[]> {
  const over = await tx.$queryRaw<{ id: string }[]>`
    update revocation_acts set locked_until = least(locked_until, ${now}::timestamptz)
    where organization_id = ${organizationId}::uuid and locked_user_id = ${userId}::uuid and unlocked_at is null
    returning id`;
  await nameNoMore(tx, over, now);
  return over.map(({ id }) => id);
}

/** The same of what followed from acts (ids) of another organization in this one. */
export async function letLocksFromRunOut(
  tx: Transaction,
  organizationId: string,
  origins: readonly string[],
  now: Date,
): Promise<void> {
  const over = await tx.$queryRaw<{ id: string }[]>`
    update revocation_acts set locked_until = least(locked_until, ${now}::timestamptz)
    where organization_id = ${organizationId}::uuid and origin_id = any(${[...origins]}::uuid[]) and unlocked_at is null
    returning id`;
  await nameNoMore(tx, over, now);
}

async function nameNoMore(
  tx: Transaction,
  ended: readonly { readonly id: string }[],
  now: Date,
): Promise<void> {
  const acts = ended.map(({ id }) => id);
  await tx.$executeRaw`
    update revocations set keep_until = ${now}::timestamptz
    where act_id = any(${acts}::uuid[]) and keep_until > ${now}::timestamptz`;
  await tx.$executeRaw`
    update cuts set keep_until = ${now}::timestamptz
    where act_id = any(${acts}::uuid[]) and keep_until > ${now}::timestamptz`;
}

/** Gives accounts back the state that they had, where nothing else locks them and nobody has closed them. Returns their ids. */
export async function reopenUnlocked(
  tx: Transaction,
  organizationId: string,
  ended: readonly EndedLock[],
): Promise<string[]> {
  const rows = await tx.$queryRaw<{ id: string }[]>`
    update users set state = given.state
    from unnest(${ended.map(({ userId }) => userId)}::uuid[], ${ended.map(({ stateBefore }) => stateBefore)}::text[])
      as given (id, state)
    where users.organization_id = ${organizationId}::uuid and users.id = given.id and users.state = 'locked'
      and not exists (select from revocation_acts other where other.organization_id = ${organizationId}::uuid
        and other.locked_user_id = users.id and other.unlocked_at is null)
    returning users.id::text as id`;
  return [...new Set(rows.map(({ id }) => id))];
}

/** The customers (ids, in their order) where locks followed from these acts and go on. The transaction sees all customers from then on. */
export async function customersLockedFrom(
  tx: Transaction,
  organizationId: string,
  acts: readonly string[],
): Promise<string[]> {
  const customers = await tx.customer.findMany({ where: { organizationId }, select: { customerId: true } });
  if (customers.length === 0 || acts.length === 0) return [];
  await seeOrganizations(tx, [organizationId, ...customers.map(({ customerId }) => customerId)]);
  const rows = await tx.$queryRaw<{ id: string }[]>`
    select distinct organization_id::text as id from revocation_acts
    where origin_id = any(${[...acts]}::uuid[]) and unlocked_at is null and organization_id <> ${organizationId}::uuid
    order by id`;
  return rows.map(({ id }) => id);
}
