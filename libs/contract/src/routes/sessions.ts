import { z } from 'zod';
import { KeySession, SessionTokens, SignInChallenge, SignedIn, Whoami } from '../resources/sessions.js';
import { DeviceToken, Password, PublicKeyLine, SecondFactorCode, ShortName, UserName } from '../values.js';
import { route } from './parts.js';

export const sessionRoutes = {
  signIn: route({
    id: 'signIn',
    method: 'POST',
    path: '/v1/sign-in',
    summary: 'Sign in with a password; starts a session',
    access: 'public',
    body: z.strictObject({
      organization: ShortName.optional(),
      user: UserName,
      password: Password,
      // Of an account that has a second factor.
      code: SecondFactorCode.optional(),
      deviceToken: DeviceToken.optional(),
    }),
    response: SignedIn,
    problems: ['sign_in_failed', 'code_required', 'code_wrong', 'too_many_attempts'],
  }),
  acceptInvitation: route({
    id: 'acceptInvitation',
    method: 'POST',
    path: '/v1/sign-in/invitation',
    summary: 'Set a password with a one-time invitation; starts a session',
    access: 'public',
    // `user` and `organization`: whom the caller takes it to be for. Where it is not, it is not used.
    body: z.strictObject({
      invitation: z.string().min(1).max(256),
      password: Password,
      user: UserName.optional(),
      organization: ShortName.optional(),
      code: SecondFactorCode.optional(),
    }),
    response: SignedIn,
    problems: ['invitation_invalid', 'password_too_weak', 'code_required', 'code_wrong', 'too_many_attempts'],
  }),
  challengeSignIn: route({
    id: 'challengeSignIn',
    method: 'POST',
    path: '/v1/sign-in/key/challenge',
    summary: 'What a service account is to sign, once and within a minute, to sign in',
    access: 'public',
    body: z.strictObject({
      organization: ShortName.optional(),
      serviceAccount: UserName,
      publicKey: PublicKeyLine,
    }),
    response: SignInChallenge,
    status: 201,
    problems: ['public_key_invalid'],
  }),
  signInByKey: route({
    id: 'signInByKey',
    method: 'POST',
    path: '/v1/sign-in/key',
    summary: 'Sign in as a service account with a registered key; starts a short session',
    access: 'public',
    // The challenge as it came; the signature armored, as ssh-keygen -Y sign writes it.
    body: z.strictObject({
      challenge: z.string().min(1).max(1024),
      signature: z.string().min(1).max(16_384),
    }),
    response: KeySession,
    problems: ['sign_in_failed', 'challenge_invalid', 'proof_invalid', 'key_taken', 'too_many_attempts'],
  }),
  refresh: route({
    id: 'refresh',
    method: 'POST',
    path: '/v1/refresh',
    summary: 'Exchange a refresh token for its successor and a new access token',
    access: 'public',
    body: z.strictObject({ refreshToken: z.string().min(1).max(512) }),
    response: SessionTokens,
    problems: ['refresh_token_invalid', 'session_ended'],
  }),
  signOut: route({
    id: 'signOut',
    method: 'POST',
    path: '/v1/sign-out',
    summary: 'End the session this access token belongs to',
    access: 'session',
    status: 204,
  }),
  whoami: route({
    id: 'whoami',
    method: 'GET',
    path: '/v1/whoami',
    summary: 'Who the caller is and what they may do',
    access: 'session',
    response: Whoami,
  }),
  changePassword: route({
    id: 'changePassword',
    method: 'POST',
    path: '/v1/password',
    summary: "Change one's own password; ends one's other sessions",
    access: 'self',
    body: z.strictObject({ currentPassword: Password, newPassword: Password }),
    status: 204,
    problems: ['people_only', 'sign_in_failed', 'password_too_weak', 'too_many_attempts'],
  }),
} as const;
