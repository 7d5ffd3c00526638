import { Prisma } from '../generated/client.js';
import { startEpoch } from './epochs.js';
import { every, type Transaction } from './transaction.js';

/** An account as those who look after it see it. */
export interface AccountRow {
  readonly id: string;
  readonly name: string;
  /** 'service': of a machine, which signs in with a registered key. */
  readonly kind: 'person' | 'service';
  readonly administrativeRole: string;
  readonly state: 'invited' | 'active' | 'locked' | 'disabled';
  readonly hasPassword: boolean;
  readonly createdAt: Date;
  readonly disabledAt: Date | null;
  /** When its lock ends by itself, also while it is closed; null: it has none. */
  readonly lockedUntil: Date | null;
  /** The state that it goes back to then, if nobody has closed it; null: it has no lock. */
  readonly lockedFrom: 'invited' | 'active' | null;
  /** Who made the invitation or reset that the account was last opened with; null: `init`, or nobody yet. */
  readonly openedBy: string | null;
  /** Who has said since then that it is a person of its own. */
  readonly confirmedBy: string | null;
}

/** The name of whom the opening's column names: one of the organization's, or somebody from outside. */
function ofLastOpening(column: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`(select coalesce(
      (select who.name from users who where who.id = ${column} and who.organization_id = users.organization_id),
      (select who.name from outsiders who where who.user_id = ${column} and who.organization_id = users.organization_id))
    from invitations opening
    where opening.organization_id = users.organization_id and opening.user_id = users.id and used_at is not null
    order by used_at desc, opening.created_at desc limit 1)`;
}

const columns = Prisma.sql`users.id, users.name, users.kind, administrative_role as "administrativeRole", state,
  password_hash is not null as "hasPassword", users.created_at as "createdAt", disabled_at as "disabledAt",
  (select max(act.locked_until) from revocation_acts act
    where act.locked_user_id = users.id and act.organization_id = users.organization_id and act.unlocked_at is null) as "lockedUntil",
  (select act.locked_from from revocation_acts act
    where act.locked_user_id = users.id and act.organization_id = users.organization_id and act.unlocked_at is null limit 1)
    as "lockedFrom",
  ${ofLastOpening(Prisma.sql`created_by_id`)} as "openedBy",
  ${ofLastOpening(Prisma.sql`confirmed_by_id`)} as "confirmedBy"`;

/** Accounts of people or of machines by name, those after `after`; none that was deleted. */
export function listAccounts(
  tx: Transaction,
  organizationId: string,
  query: {
    readonly kind: AccountRow['kind'];
    readonly after: string | null;
    readonly state?: AccountRow['state'] | undefined;
    readonly limit: number;
  },
): Promise<AccountRow[]> {
  const conditions = [
    Prisma.sql`organization_id = ${organizationId}::uuid`,
    Prisma.sql`kind = ${query.kind}`,
    Prisma.sql`deleted_at is null`,
  ];
  if (query.after !== null) conditions.push(Prisma.sql`name collate "C" > ${query.after}`);
  if (query.state !== undefined) conditions.push(Prisma.sql`state = ${query.state}`);
  return tx.$queryRaw<AccountRow[]>`
    select ${columns} from users where ${every(conditions)} order by name collate "C" limit ${query.limit}`;
}

/** The state of every account that was not deleted, by name. */
export async function accountStates(
  tx: Transaction,
  organizationId: string,
): Promise<ReadonlyMap<string, AccountRow['state']>> {
  const rows = await tx.$queryRaw<{ name: string; state: AccountRow['state'] }[]>`
    select name, state from users where organization_id = ${organizationId}::uuid and deleted_at is null order by name collate "C"`;
  return new Map(rows.map(({ name, state }) => [name, state]));
}

/** The account of that name, of a person or a machine; null also where it was deleted. */
export async function findAccount(
  tx: Transaction,
  organizationId: string,
  name: string,
): Promise<AccountRow | null> {
  const rows = await tx.$queryRaw<AccountRow[]>`
    select ${columns} from users where organization_id = ${organizationId}::uuid and name = ${name} and deleted_at is null`;
  return rows[0] ?? null;
}

/** Those of the accounts (ids) that are people's and not closed, by name. */
export function openAccounts(
  tx: Transaction,
  organizationId: string,
  ids: readonly string[],
): Promise<AccountRow[]> {
  return tx.$queryRaw<AccountRow[]>`
    select ${columns} from users where organization_id = ${organizationId}::uuid and id = any(${ids}::uuid[])
      and kind = 'person' and state <> 'disabled' order by name collate "C"`;
}

interface NewAccount {
  readonly organizationId: string;
  readonly name: string;
  readonly administrativeRole: string;
}

/** Makes an account that waits for its invitation to be used. Null, and nothing written, when the name is taken. */
export function insertInvitedAccount(tx: Transaction, account: NewAccount): Promise<AccountRow | null> {
  return insertAccount(tx, account, 'invited', 'person');
}

/** Makes an account of a machine, which no key opens yet. Null, and nothing written, when the name is or was taken. */
export function insertServiceAccount(tx: Transaction, account: NewAccount): Promise<AccountRow | null> {
  return insertAccount(tx, account, 'active', 'service');
}

async function insertAccount(
  tx: Transaction,
  { organizationId, name, administrativeRole }: NewAccount,
  state: 'invited' | 'active',
  kind: 'person' | 'service',
): Promise<AccountRow | null> {
  const [made] = await tx.$queryRaw<AccountRow[]>`
    insert into users (id, organization_id, name, administrative_role, state, kind)
    values (gen_random_uuid(), ${organizationId}::uuid, ${name}, ${administrativeRole}, ${state}, ${kind})
    on conflict (organization_id, name) do nothing
    returning ${columns}`;
  if (made === undefined) return null;
  await startEpoch(tx, organizationId, made.id, 'user');
  return made;
}

/** Marks a closed service account deleted: its row stays, for what was issued to it and for its name. */
export async function markDeleted(
  tx: Transaction,
  organizationId: string,
  userId: string,
  at: Date,
): Promise<void> {
  await tx.user.update({ where: { id: userId, organizationId }, data: { deletedAt: at } });
}

/** Puts an account into a state; `keepPassword` false forgets the password, and the devices that knew the account. */
export async function changeAccount(
  tx: Transaction,
  organizationId: string,
  userId: string,
  change: { readonly state: AccountRow['state']; readonly at: Date; readonly keepPassword: boolean },
): Promise<AccountRow> {
  const disabledAt = change.state === 'disabled' ? change.at : null;
  const [changed] = await tx.$queryRaw<AccountRow[]>`
    update users set state = ${change.state}, disabled_at = ${disabledAt}::timestamptz,
      password_hash = case when ${change.keepPassword} then password_hash end,
      device_generation = device_generation + case when ${change.keepPassword} then 0 else 1 end
    where organization_id = ${organizationId}::uuid and id = ${userId}::uuid
    returning ${columns}`;
  if (changed === undefined) throw new Error('An account that was there a moment ago is gone.');
  return changed;
}

/**
 * Opens a closed account again: it goes into `state`, or, where a lock of it goes on, stays locked until that ends and goes into it then.
 * The password is kept.
 */
export async function reopenAccount(
  tx: Transaction,
  organizationId: string,
  { id, lockedUntil }: AccountRow,
  { state, at }: { readonly state: 'invited' | 'active'; readonly at: Date },
): Promise<AccountRow> {
  if (lockedUntil !== null)
    await tx.$executeRaw`
      update revocation_acts set locked_from = ${state}
      where organization_id = ${organizationId}::uuid and locked_user_id = ${id}::uuid and unlocked_at is null`;
  const reopened = lockedUntil === null ? state : 'locked';
  return changeAccount(tx, organizationId, id, { state: reopened, at, keepPassword: true });
}

/** How many owners but this one can sign in. */
export async function otherActiveOwners(
  tx: Transaction,
  organizationId: string,
  userId: string,
): Promise<number> {
  return tx.user.count({
    where: { organizationId, administrativeRole: 'owner', state: 'active', id: { not: userId } },
  });
}

/** The owners who can sign in, by name. */
export function activeOwners(
  tx: Transaction,
  organizationId: string,
): Promise<{ readonly id: string; readonly name: string }[]> {
  return tx.user.findMany({
    where: { organizationId, administrativeRole: 'owner', state: 'active' },
    select: { id: true, name: true },
    orderBy: { name: 'asc' },
  });
}

/**
 * Whether somebody is an owner here who can sign in, or will when a lock ends: from then on nobody from outside acts as one. One who
 * was locked before they ever came in is none yet.
 */
export async function hasActiveOwner(tx: Transaction, organizationId: string): Promise<boolean> {
  const rows = await tx.$queryRaw<unknown[]>`
    select from users where organization_id = ${organizationId}::uuid and administrative_role = 'owner'
      and (state = 'active' or (state = 'locked' and exists (select from revocation_acts act
        where act.organization_id = users.organization_id and act.locked_user_id = users.id and act.unlocked_at is null
          and act.locked_from = 'active'))) limit 1`;
  return rows.length > 0;
}

/** The name of an owner whose account is not closed: active, or waiting for its invitation to be used; null: there is none. */
export async function openOwner(tx: Transaction, organizationId: string): Promise<string | null> {
  const where = { organizationId, administrativeRole: 'owner', state: { not: 'disabled' } };
  return (await tx.user.findFirst({ where, select: { name: true } }))?.name ?? null;
}

/** Makes every unused invitation of the organization worthless. */
export async function withdrawAllInvitations(tx: Transaction, organizationId: string): Promise<void> {
  await tx.invitation.deleteMany({ where: { organizationId, usedAt: null } });
}

export interface NewInvitation {
  readonly organizationId: string;
  readonly userId: string;
  readonly purpose: 'invite' | 'reset';
  /** SHA-256 of the token. */
  readonly tokenHash: Uint8Array;
  /** Null: `init`. */
  readonly createdById: string | null;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  /** Of a reset: the roles (ids) that the account is in. */
  readonly roleIds?: readonly string[];
}

/** Keeps an invitation, the account's only one from now on. */
export async function replaceInvitation(tx: Transaction, invitation: NewInvitation): Promise<void> {
  await withdrawInvitations(tx, invitation.organizationId, invitation.userId);
  const { tokenHash, roleIds = [], ...row } = invitation;
  await tx.invitation.create({
    data: { ...row, tokenHash: Uint8Array.from(tokenHash), roleIds: [...roleIds] },
  });
}

/** Makes an account's unused invitations worthless. */
export async function withdrawInvitations(
  tx: Transaction,
  organizationId: string,
  userId: string,
): Promise<void> {
  await tx.invitation.deleteMany({ where: { organizationId, userId, usedAt: null } });
}

/**
 * Whether the account can still act, and its organization is open: what a change that waited for others has to ask before it
 * goes on. A person's that has no password cannot: it waits for the invitation of a reset.
 */
export async function isActive(tx: Transaction, organizationId: string, userId: string): Promise<boolean> {
  const rows = await tx.$queryRaw<unknown[]>`
    select from users join organizations o on o.id = users.organization_id
    where o.id = ${organizationId}::uuid and users.id = ${userId}::uuid and users.state = 'active' and o.state = 'active'
      and (users.kind = 'service' or users.password_hash is not null)`;
  return rows.length > 0;
}

/**
 * Gives an account another administrative role. Once an owner's, it is kept that it was; one that never was becomes an
 * owner's as if it had just been opened: it has to be confirmed anew.
 */
export async function giveAdministrativeRole(
  tx: Transaction,
  organizationId: string,
  userId: string,
  administrativeRole: string,
): Promise<AccountRow> {
  if (administrativeRole === 'owner') {
    await tx.$executeRaw`
      update invitations set confirmed_at = null, confirmed_by_id = null, confirmed_below_id = null
      from users where users.id = ${userId}::uuid and not users.was_owner
        and invitations.organization_id = ${organizationId}::uuid and invitations.user_id = users.id`;
  }
  const [changed] = await tx.$queryRaw<AccountRow[]>`
    update users set was_owner = was_owner or administrative_role = 'owner', administrative_role = ${administrativeRole}
    where organization_id = ${organizationId}::uuid and id = ${userId}::uuid
    returning ${columns}`;
  if (changed === undefined) throw new Error('An account that was there a moment ago is gone.');
  return changed;
}
