import { z } from 'zod';
import { permissions } from '../permissions.js';
import { Instant, OrganizationHandle, ShortName, UserName, Uuid } from '../values.js';
import { User } from './users.js';

export const SessionTokens = z.strictObject({
  accessToken: z.string(),
  accessTokenExpiresAt: Instant,
  refreshToken: z.string(),
  sessionExpiresAt: Instant,
  organization: z.strictObject({ handle: OrganizationHandle, name: ShortName }),
  user: z.strictObject({ id: Uuid, name: UserName }),
});
export type SessionTokens = z.infer<typeof SessionTokens>;

/** The tokens of a session that ends by itself within the hour, of a service account: no refresh token, for it can sign in again. */
export const KeySession = SessionTokens.omit({ refreshToken: true });
export type KeySession = z.infer<typeof KeySession>;

/** The tokens of a session, whoever's it is. */
export const AnySession = z.union([SessionTokens, KeySession]);
export type AnySession = z.infer<typeof AnySession>;

/**
 * What signing in gives. `deviceToken` is for the client to keep, also after signing out, and to show with its next sign-in
 * to this account: it opens nothing, but strangers who guess at the account do not slow who shows it.
 */
export const SignedIn = z.strictObject({ ...SessionTokens.shape, deviceToken: z.string() });
export type SignedIn = z.infer<typeof SignedIn>;

export const Whoami = z.strictObject({
  user: User,
  organization: z.strictObject({
    handle: OrganizationHandle,
    name: ShortName,
    kind: z.enum(['provider', 'customer']).optional(),
  }),
  permissions: z.array(z.enum(permissions)),
  roles: z.array(z.strictObject({ name: ShortName, logins: z.array(z.string()), maxTtlSeconds: z.int() })),
  session: z.strictObject({
    method: z.string(),
    strength: z.enum(['single', 'multi']),
    authenticatedAt: Instant,
    expiresAt: Instant,
    /** The organization requires a second factor, and this session has none: it may do nothing but set one up. */
    secondFactorMissing: z.boolean(),
  }),
});
export type Whoami = z.infer<typeof Whoami>;

/** The SSHSIG namespace of signing in. A client signs under no other, whatever it is told. */
export const signInNamespace = 'sign-in@writ';

/** What a service account signs with SSHSIG under `namespace` to sign in. */
export const SignInChallenge = z.strictObject({
  challenge: z.string(),
  namespace: z.literal(signInNamespace),
  expiresAt: Instant,
});
export type SignInChallenge = z.infer<typeof SignInChallenge>;
