import { seeAlso } from './organizations.js';
import type { Transaction } from './transaction.js';

/** An account that may be behind another one, or that other one itself. */
export interface PartyRow {
  readonly userId: string;
  readonly userName: string;
  /** Roles that it is in, by whichever path (ids). */
  readonly roleIds: readonly string[];
  /**
   * Whether it is an owner's and no other account is or ever was an owner's, in whatever state. Of somebody from outside: whether that is
   * so where they are from, and no account here is or ever was an owner's.
   */
  readonly onlyOwner: boolean;
}

/** An account (id) of which it is asked who may have been behind it at a time, or since; `since` as text: it may be 'infinity', for now. */
interface Asked {
  readonly key: string;
  readonly id: string;
  readonly since: string;
}

/**
 * Each account (id) with everybody who may be behind it: who made its invitation that can still be used, and who made the one
 * that it was last opened with, unless somebody has confirmed since then whose it is; who registered a key that opens or ever opened it,
 * where it is a service account's; and who may be behind those, or may have been when they did it: of an account in between counts the opening
 * that it had at that time, and every later one, as if confirmed only where it was by then. Two who
 * have reset each other are both there, once. So is somebody from outside, who let the first people in; but not behind an active
 * owner since the last opening from outside, who answers for the organization from then on and could not begin otherwise. By key; `since`: since when each may be behind it.
 */
async function partiesOf(
  tx: Transaction,
  organizationId: string,
  asked: readonly Asked[],
  now: Date,
): Promise<ReadonlyMap<string, readonly (PartyRow & { readonly since: string })[]>> {
  const rows = await tx.$queryRaw<(PartyRow & { readonly of: string; readonly since: string })[]>`
    with recursive party (account, id, at) as (
      select account, id, at from unnest(${asked.map(({ key }) => key)}::text[], ${asked.map(({ id }) => id)}::uuid[],
        ${asked.map(({ since }) => since)}::timestamptz[]) as asked (account, id, at)
      union
      select account, behind.id, behind.at from party join lateral (
        select case when confirmed_at < party.at then confirmed_below_id else created_by_id end as id, created_at as at
        from invitations i
        where i.organization_id = ${organizationId}::uuid and i.user_id = party.id
          and (used_at is not null or expires_at > ${now}::timestamptz)
          and not exists (
            select from invitations later
            where later.organization_id = ${organizationId}::uuid and later.user_id = party.id and later.used_at < party.at
              and (later.used_at, later.created_at) > (i.used_at, i.created_at))
          and not (exists (select from users own where own.id = party.id and own.administrative_role = 'owner' and own.state = 'active')
            and exists (select from outsiders o where o.organization_id = ${organizationId}::uuid and o.user_id = i.created_by_id)
            and not exists (
              select from invitations later join outsiders o on o.organization_id = later.organization_id and o.user_id = later.created_by_id
              where later.organization_id = ${organizationId}::uuid and later.user_id = party.id
                and (later.used_at, later.created_at) > (i.used_at, i.created_at)))
        union all
        select added_by_id, added_at from service_account_keys k
        where k.organization_id = ${organizationId}::uuid and k.user_id = party.id
          and (removed_at is null or last_used_at is not null)
      ) behind on true
    )
    select account as of, person.id as "userId", person.name as "userName", party.at::text as since,
      array(select role_id::text from role_holders h
        where h.organization_id = ${organizationId}::uuid and h.user_id = person.id) as "roleIds",
      person.owner and not exists (select from users other
        where other.organization_id = ${organizationId}::uuid and (other.administrative_role = 'owner' or other.was_owner)
          and other.id <> person.id) as "onlyOwner"
    from (select account, id, min(at) as at from party group by account, id) party join (
      select id, name, administrative_role = 'owner' as owner from users where organization_id = ${organizationId}::uuid
      union all
      select user_id, name, false from outsiders where organization_id = ${organizationId}::uuid
    ) person using (id) order by person.name collate "C"`;
  const parties = new Map<string, (PartyRow & { readonly since: string })[]>(
    asked.map(({ key }) => [key, []]),
  );
  for (const { of, ...row } of rows) parties.get(of)?.push(row);
  return parties;
}

/**
 * As `partiesOf`, with everybody who may be behind those from outside where their accounts are: for the organization all of them are
 * one; with `since`: or may have been, then or later. The transaction sees these homes from then on, too. While the organization has had no owner of its own, whoever is the only
 * owner where they are from is the only owner here.
 */
export async function partiesAcross(
  tx: Transaction,
  organizationId: string,
  userIds: readonly string[],
  now: Date,
  since: Date | null = null,
): Promise<ReadonlyMap<string, readonly PartyRow[]>> {
  const here = await partiesOf(
    tx,
    organizationId,
    userIds.map((id) => ({ key: id, id, since: since?.toISOString() ?? 'infinity' })),
    now,
  );
  const all = [...here.values()].flat();
  const ids = [...new Set(all.map(({ userId }) => userId))];
  const outsiders = await tx.outsider.findMany({
    where: { organizationId, userId: { in: ids } },
    select: { userId: true, homeId: true, name: true },
  });
  if (outsiders.length === 0) return here;
  const behind = new Map<string, readonly PartyRow[]>();
  for (const homeId of new Set(outsiders.map((each) => each.homeId))) {
    await seeAlso(tx, homeId);
    const own = new Set(outsiders.filter((each) => each.homeId === homeId).map(({ userId }) => userId));
    // Who was behind them when they did it, too.
    const asked = new Map(all.filter(({ userId }) => own.has(userId)).map((each) => [keyOf(each), each]));
    const roots = [...asked].map(([key, { userId, since }]) => ({ key, id: userId, since }));
    const [home = ''] = outsiders.flatMap((each) => (each.homeId === homeId ? each.name.split('/', 1) : []));
    for (const [key, party] of await partiesOf(tx, homeId, roots, now))
      behind.set(
        key,
        party.map((each) => ({ ...each, userName: `${home}/${each.userName}` })),
      );
  }
  const there = [...behind.values()].flat();
  const only = (await everHadOwner(tx, organizationId))
    ? new Set<string>()
    : new Set(there.filter(({ onlyOwner }) => onlyOwner).map(({ userId }) => userId));
  const held = await rolesHeldHere(tx, organizationId, there);
  return new Map(
    [...here].map(([of, party]) => {
      const known = new Set(party.map(({ userId }) => userId));
      const others = party.flatMap((each) => behind.get(keyOf(each)) ?? []);
      const added = new Map(others.map((each) => [each.userId, each]));
      for (const id of known) added.delete(id);
      const rows = [...added.values()].map((each) => ({ ...each, roleIds: held.get(each.userId) ?? [] }));
      return [
        of,
        [
          ...party.map((each) => ({ ...each, onlyOwner: each.onlyOwner || only.has(each.userId) })),
          ...rows.map((each) => ({ ...each, onlyOwner: only.has(each.userId) })),
        ],
      ];
    }),
  );
}

function keyOf({ userId, since }: { readonly userId: string; readonly since: string }): string {
  return `${userId} ${since}`;
}

/** Whether an account of the organization is or ever was an owner's, in whatever state. */
async function everHadOwner(tx: Transaction, organizationId: string): Promise<boolean> {
  const where = { organizationId, OR: [{ administrativeRole: 'owner' }, { wasOwner: true }] };
  return (await tx.user.findFirst({ where, select: { id: true } })) !== null;
}

/** The roles of the organization that each of the accounts is in, by the account's id. */
async function rolesHeldHere(
  tx: Transaction,
  organizationId: string,
  accounts: readonly PartyRow[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const rows = await tx.roleHolder.findMany({
    where: { organizationId, userId: { in: accounts.map(({ userId }) => userId) } },
    select: { userId: true, roleId: true },
  });
  const held = new Map<string, string[]>();
  for (const { userId, roleId } of rows) held.set(userId, [...(held.get(userId) ?? []), roleId]);
  return held;
}

/** Whether somebody holds an invitation that could still open the account. */
export async function hasOpenInvitation(
  tx: Transaction,
  organizationId: string,
  userId: string,
  now: Date,
): Promise<boolean> {
  return (
    (await tx.invitation.count({
      where: { organizationId, userId, usedAt: null, expiresAt: { gt: now } },
    })) > 0
  );
}

/** Whether an owner's account was ever confirmed, also if it was opened again since. */
export async function anOwnerWasConfirmed(tx: Transaction, organizationId: string): Promise<boolean> {
  const rows = await tx.$queryRaw<unknown[]>`
    select from invitations join users on users.id = user_id
    where invitations.organization_id = ${organizationId}::uuid and confirmed_at is not null
      and (administrative_role = 'owner' or was_owner) limit 1`;
  return rows.length > 0;
}

/**
 * Keeps with the account's last opening that somebody knows whose it is; `belowId` is the only owner who stays behind it.
 * False, and nothing written, when nothing has opened it or exactly this was said before.
 */
export async function confirmOpening(
  tx: Transaction,
  organizationId: string,
  userId: string,
  { byId, belowId, at }: { readonly byId: string; readonly belowId: string | null; readonly at: Date },
): Promise<boolean> {
  const confirmed = await tx.$executeRaw`
    update invitations
    set confirmed_at = ${at}::timestamptz, confirmed_by_id = ${byId}::uuid, confirmed_below_id = ${belowId}::uuid
    where id = (
      select id from invitations
      where organization_id = ${organizationId}::uuid and user_id = ${userId}::uuid and used_at is not null
      order by used_at desc, created_at desc limit 1)
    and (confirmed_at is null or confirmed_below_id is distinct from ${belowId}::uuid)`;
  return confirmed > 0;
}
