import { findOrganization, findSecondFactor, recoveryCodesLeft, type ScopedDatabase } from '@writ/storage';
import type { SignedInCaller } from '../auth/signed-in-caller.js';
import type { RouteOutput } from '../http/route-input.js';

/** What there is of the caller's own second factor. */
export function showSecondFactor(
  store: ScopedDatabase,
  { organizationId, userId }: SignedInCaller,
): Promise<RouteOutput<'showSecondFactor'>> {
  return store.within([organizationId], async (tx) => {
    const factor = await findSecondFactor(tx, organizationId, userId);
    const organization = await findOrganization(tx, organizationId);
    return {
      since: factor?.confirmedAt?.toISOString() ?? null,
      recoveryCodesLeft: await recoveryCodesLeft(tx, organizationId, userId),
      required: organization?.secondFactorRequired ?? false,
    };
  });
}
