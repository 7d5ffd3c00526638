import { permissionsOf, type Permission } from '@writ/contract';
import {
  delegatedRoles,
  findOrganization,
  hasActiveOwner,
  type OrganizationRow,
  type ScopedDatabase,
  type Transaction,
} from '@writ/storage';
import { noOrganization } from '../refusal.js';
import type { PublicOrganizations } from '../trust/public-organization.js';
import { needSecondFactor } from './need-second-factor.js';
import type { SignedInCaller } from './signed-in-caller.js';

export interface ActingElsewhere {
  readonly store: ScopedDatabase;
  readonly publicOrganizations: PublicOrganizations;
}

/** What a caller is in an organization that is not their home, by one of the ways to act there. */
type Admitted = Pick<SignedInCaller, 'outside' | 'administrativeRole' | 'permissions' | 'roles'>;

/**
 * A way to act in an organization from outside, asked in a transaction that sees that organization alone. Null: not this
 * caller, not there, not now.
 */
type Way = (tx: Transaction, caller: SignedInCaller, there: OrganizationRow) => Promise<Admitted | null>;

/** Every way, the widest first. */
const ways: readonly Way[] = [asOwnerFromTheProvider, asDelegate];

/**
 * The caller (as at home) acting in another organization (by handle): the one place that decides who may. Everybody else
 * meets `not_found`, as if there were no such organization. Always takes a second factor: `second_factor_required`.
 */
export async function actElsewhere(
  { store, publicOrganizations }: ActingElsewhere,
  caller: SignedInCaller,
  handle: string,
): Promise<SignedInCaller> {
  const organizationId = await publicOrganizations(handle);
  const acting = await store.within([organizationId], async (tx) => {
    const there = await findOrganization(tx, organizationId);
    if (there?.state !== 'active') return null;
    for (const way of ways) {
      const admitted = await way(tx, caller, there);
      if (admitted !== null) return { ...inside(caller, there), ...admitted };
    }
    return null;
  });
  if (acting === null) throw elsewhere();
  needSecondFactor(acting);
  return acting;
}

/** An organization that is none of the caller's business answers as one that does not exist. */
export const elsewhere = noOrganization;

/** Ends in `not_found` for somebody from outside: what belongs to an account is at its home. */
export function atHome({ outside }: Pick<SignedInCaller, 'outside'>): void {
  if (outside !== null) throw elsewhere();
}

/** The caller as an organization that is not their home sees them, before it is known what they may do there. */
function inside(caller: SignedInCaller, { id, handle, name }: OrganizationRow): SignedInCaller {
  return {
    ...caller,
    organizationId: id,
    organizationHandle: handle,
    organizationName: name,
    userName: `${caller.home.organizationName}/${caller.userName}`,
    homeName: caller.home.organizationName,
  };
}

/** The provider's owners act as the owner of a customer that has no active owner of its own, and hold what was delegated to them. */
async function asOwnerFromTheProvider(
  tx: Transaction,
  caller: SignedInCaller,
  there: OrganizationRow,
): Promise<Admitted | null> {
  if (!isProvidersOwner(caller) || there.kind !== 'customer') return null;
  if (await hasActiveOwner(tx, there.id)) return null;
  return {
    outside: 'provider',
    administrativeRole: 'owner',
    permissions: permissionsOf.owner,
    roles: await delegatedRoles(tx, there.id, caller.userId),
  };
}

/** Somebody to whom a role was delegated holds that role there, and no permission. */
async function asDelegate(
  tx: Transaction,
  caller: SignedInCaller,
  there: OrganizationRow,
): Promise<Admitted | null> {
  const roles = await delegatedRoles(tx, there.id, caller.userId);
  if (roles.length === 0) return null;
  return { outside: 'delegation', administrativeRole: 'member', permissions: new Set<Permission>(), roles };
}

/** All that a delegation opens: certificates of the role, the list of one's own, and where one gets by it and why. */
const ofDelegates: ReadonlySet<string> = new Set([
  'issueUserCertificate',
  'listCertificates',
  'showCertificate',
  'explain',
  'listAccess',
]);

/** Ends in `not_found` for somebody who acts by a delegation where the route (by id) is none of those that it opens. */
export function withinDelegation({ outside }: Pick<SignedInCaller, 'outside'>, routeId: string): void {
  if (outside === 'delegation' && !ofDelegates.has(routeId)) throw elsewhere();
}

/** Whether the caller, as at home, is an owner of the provider. */
export function isProvidersOwner({
  home,
  administrativeRole,
}: Pick<SignedInCaller, 'home' | 'administrativeRole'>): boolean {
  return home.organizationKind === 'provider' && administrativeRole === 'owner';
}
