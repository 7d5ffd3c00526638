import { isCodedError } from '@writ/kernel';
import { customersOfDelegate, findOrganization, type ScopedDatabase } from '@writ/storage';
import type { SignedInCaller } from '../auth/signed-in-caller.js';
import type { Doors } from '../http/access.guard.js';

/**
 * The caller as they act in each organization where they may, their own first, then by name those that have delegated a role to
 * them. Without a second factor that is their own alone.
 */
export async function organizationsOf(
  { store, doors }: { readonly store: ScopedDatabase; readonly doors: Pick<Doors, 'actElsewhere'> },
  caller: SignedInCaller,
): Promise<readonly SignedInCaller[]> {
  const { organizationId, userId, home, authentication } = caller;
  if (home.organizationKind !== 'provider' || authentication.strength !== 'multi') return [caller];
  const customers = await store.within([organizationId], (tx) =>
    customersOfDelegate(tx, organizationId, userId),
  );
  const acting = [caller];
  for (const { customerId } of customers) {
    const there = await store.within([customerId], (tx) => findOrganization(tx, customerId));
    // Only offered, or ended at this moment: not there.
    const inside = await doors.actElsewhere(caller, there?.handle ?? '').catch((error: unknown) => {
      if (isCodedError(error, 'not_found')) return null;
      throw error;
    });
    if (inside !== null && inside.roles.length > 0) acting.push(inside);
  }
  return acting;
}
