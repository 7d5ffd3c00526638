import { permissions } from '@writ/contract';
import { findAccount, listRolesOf, type ScopedDatabase } from '@writ/storage';
import type { RouteOutput } from '../http/route-input.js';
import { notFound } from '../refusal.js';
import { userView } from '../users/user-view.js';
import type { SignedInCaller } from './signed-in-caller.js';

/** Who the caller is, what they may do, and until when. */
export function whoami(store: ScopedDatabase, caller: SignedInCaller): Promise<RouteOutput<'whoami'>> {
  const { organizationId, userId, authentication } = caller;
  return store.within([organizationId], async (tx) => {
    const account = await findAccount(tx, organizationId, caller.userName);
    if (account === null) throw notFound('user');
    const roles = await listRolesOf(tx, organizationId, userId);
    return {
      user: userView(account),
      organization: {
        ...{ handle: caller.organizationHandle, name: caller.organizationName },
        kind: caller.home.organizationKind === 'provider' ? ('provider' as const) : ('customer' as const),
      },
      permissions: permissions.filter((permission) => caller.permissions.has(permission)),
      roles: roles.map(({ name, logins, maxTtlSeconds }) => ({ name, logins: [...logins], maxTtlSeconds })),
      session: {
        method: authentication.method,
        strength: authentication.strength,
        authenticatedAt: new Date(authentication.at).toISOString(),
        expiresAt: new Date(caller.sessionExpiresAt).toISOString(),
        secondFactorMissing: caller.secondFactorMissing,
      },
    };
  });
}
