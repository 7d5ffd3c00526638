import { Prisma } from '../generated/client.js';
import { rolesThroughGroup } from './groups.js';
import { settleHolders, type HoldingChange } from './role-holders.js';
import { every, type Transaction } from './transaction.js';

/** A key that a service account may sign in with. */
export interface SignInKeyRow {
  readonly userId: string;
  /** 'SHA256:…' */
  readonly fingerprint: string;
  /** SSH wire encoding. */
  readonly publicKey: Uint8Array;
  readonly keyType: string;
  readonly comment: string;
  /** Who registered it: one of the organization's, or 'msp/ana' from outside. */
  readonly addedBy: string;
  readonly addedById: string;
  readonly addedAt: Date;
  /** Null: nobody has signed in with it yet, so that it is not proved to be the account's. */
  readonly lastUsedAt: Date | null;
}

const columns = Prisma.sql`user_id as "userId", fingerprint, public_key as "publicKey", key_type as "keyType", comment,
  coalesce((select who.name from users who where who.id = added_by_id and who.organization_id = k.organization_id),
    (select who.name from outsiders who where who.user_id = added_by_id and who.organization_id = k.organization_id),
    added_by_id::text) as "addedBy", added_by_id as "addedById",
  added_at as "addedAt", last_used_at as "lastUsedAt"`;

/** The keys of these accounts that were not removed, oldest first. */
export async function signInKeysOf(
  tx: Transaction,
  organizationId: string,
  userIds: readonly string[],
): Promise<SignInKeyRow[]> {
  return tx.$queryRaw<SignInKeyRow[]>`
    select ${columns} from service_account_keys k
    where organization_id = ${organizationId}::uuid and user_id = any(${[...userIds]}::uuid[]) and removed_at is null
    order by added_at, fingerprint collate "C"`;
}

/** Registers a key. False, and nothing written, where the organization has it registered already, for whichever account. */
export async function insertSignInKey(
  tx: Transaction,
  key: Omit<SignInKeyRow, 'addedBy'> & { readonly organizationId: string },
): Promise<boolean> {
  const inserted = await tx.$executeRaw`
    insert into service_account_keys (id, organization_id, fingerprint, user_id, public_key, key_type, comment, added_by_id, added_at,
      last_used_at)
    values (gen_random_uuid(), ${key.organizationId}::uuid, ${key.fingerprint}, ${key.userId}::uuid, ${key.publicKey}, ${key.keyType},
      ${key.comment}, ${key.addedById}::uuid, ${key.addedAt}::timestamptz,
      ${key.lastUsedAt}::timestamptz)
    on conflict (organization_id, fingerprint) where removed_at is null do nothing`;
  return inserted > 0;
}

/** Whose key it is that is registered, or null. */
export async function findSignInKey(
  tx: Transaction,
  organizationId: string,
  fingerprint: string,
): Promise<Pick<SignInKeyRow, 'userId' | 'addedById' | 'lastUsedAt' | 'comment'> | null> {
  return tx.serviceAccountKey.findFirst({
    where: { organizationId, fingerprint, removedAt: null },
    select: { userId: true, addedById: true, lastUsedAt: true, comment: true },
  });
}

/** Keys by name, by the accounts (ids) that they open, and of which time; of all those given. */
export interface WhichKeys {
  readonly fingerprint?: string;
  readonly userIds?: readonly string[];
  readonly at?: Date;
}

/** Somebody on whom it rests that a key opens an account: who registered it, or a service account's key by which that one may have done it. */
export interface KeyRegistrar {
  readonly fingerprint: string;
  /** The account that the key opens, and its administrative role. */
  readonly userId: string;
  readonly accountRole: string;
  readonly registrarId: string;
  /** Null: somebody from outside. */
  readonly administrativeRole: string | null;
  /** Whether that account can act at all: nobody has closed, locked or reset it, by whichever way; with `at`: nor opened it again since. */
  readonly acting: boolean;
}

/**
 * On whom the keys that were not removed rest. Of whoever stands behind a service account that registered one, those whose accounts
 * were closed are left out: what they left was ended then; and so are those whose keys were gone, or somebody else's to answer for,
 * before it registered this one. With `at`: on whom the keys rest that may have opened their accounts at that time.
 */
export function keyRegistrars(
  tx: Transaction,
  organizationId: string,
  { fingerprint, userIds, at }: WhichKeys,
): Promise<KeyRegistrar[]> {
  const which = [Prisma.sql`k.organization_id = ${organizationId}::uuid`];
  if (at === undefined) which.push(Prisma.sql`removed_at is null`);
  else which.push(Prisma.sql`added_at <= ${at}::timestamptz`, openedAt(Prisma.sql`${at}::timestamptz`));
  if (fingerprint !== undefined) which.push(Prisma.sql`fingerprint = ${fingerprint}`);
  if (userIds !== undefined) which.push(Prisma.sql`user_id = any(${[...userIds]}::uuid[])`);
  // What was done by then is not answered for by whoever has the account since.
  const openedSince =
    at === undefined
      ? Prisma.empty
      : Prisma.sql` and not exists (select from invitations i where i.organization_id = ${organizationId}::uuid and i.user_id = r.id
          and i.used_at > ${at}::timestamptz)`;
  return tx.$queryRaw<KeyRegistrar[]>`
    with recursive registrars (fingerprint, user_id, id, at) as (
      select k.fingerprint, k.user_id, k.added_by_id, k.added_at from service_account_keys k
        left join users who on who.id = k.added_by_id and who.organization_id = k.organization_id
      where ${every(which)}
      union
      select r.fingerprint, r.user_id, k.added_by_id, k.added_at from registrars r join service_account_keys k on k.user_id = r.id
        left join users who on who.id = k.added_by_id and who.organization_id = k.organization_id
      where k.organization_id = ${organizationId}::uuid
        and ${openedAt(Prisma.sql`r.at`)}
    )
    select distinct r.fingerprint, r.user_id as "userId", account.administrative_role as "accountRole", r.id as "registrarId",
      who.administrative_role as "administrativeRole", coalesce(${canAct}${openedSince}, false) as acting
    from registrars r join users account on account.id = r.user_id and account.organization_id = ${organizationId}::uuid
      left join users who on who.id = r.id and who.organization_id = ${organizationId}::uuid`;
}

/**
 * Whether a key (k) that was there at a time opened its account then, as far as whoever registered it (who) has to do with it still. Of
 * somebody from outside there is no row here: what they left was ended when their account was closed at home.
 */
function openedAt(at: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`(removed_at is null or (last_used_at is not null and removed_at >= ${at}
    and (who.id is null or who.state <> 'disabled')))`;
}

/** Whether an account (who) can act now: it is active, and a person's has a password, which only its invitation gives back after a reset. */
const canAct = Prisma.sql`(who.state = 'active' and (who.kind = 'service' or who.password_hash is not null))`;

/** Notes that somebody has signed in with it. */
export async function noteSignInKeyUsed(
  tx: Transaction,
  organizationId: string,
  fingerprint: string,
  at: Date,
): Promise<void> {
  await tx.serviceAccountKey.updateMany({
    where: { organizationId, fingerprint, removedAt: null },
    data: { lastUsedAt: at },
  });
}

/** Takes the right to sign in from a key, or from all of an account's. */
export async function removeSignInKeys(
  tx: Transaction,
  organizationId: string,
  of: { readonly userId: string } | { readonly fingerprint: string },
  at: Date,
): Promise<void> {
  await tx.serviceAccountKey.updateMany({
    where: { organizationId, ...of, removedAt: null },
    data: { removedAt: at },
  });
}

/** Takes an account out of every group and role. In a transaction that holds `lockTrust`. */
export async function leaveEverything(
  tx: Transaction,
  organizationId: string,
  userId: string,
): Promise<HoldingChange & { readonly groups: readonly string[] }> {
  const groups = await tx.$queryRaw<{ id: string }[]>`
    delete from group_users where organization_id = ${organizationId}::uuid and user_id = ${userId}::uuid
    returning group_id as id`;
  const roles = await tx.$queryRaw<{ id: string }[]>`
    delete from role_members where organization_id = ${organizationId}::uuid and user_id = ${userId}::uuid
    returning role_id as id`;
  const left = [...roles];
  for (const { id } of groups) left.push(...(await rolesThroughGroup(tx, organizationId, id)));
  const change = await settleHolders(tx, organizationId, [...new Set(left.map(({ id }) => id))]);
  return { ...change, groups: groups.map(({ id }) => id) };
}
