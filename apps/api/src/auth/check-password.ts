import type { ProblemCode } from '@writ/contract';
import { CodedError } from '@writ/kernel';
import {
  findOrganization,
  findSignInUser,
  organizationIdByName,
  recordEvent,
  type ScopedDatabase,
} from '@writ/storage';
import type { AuthServices, Origin } from './auth-services.js';
import type { Authenticated } from './authenticated.js';
import { deviceCounters, strangerCounters } from './attempt-counters.js';
import { passSecondFactor } from '../second-factor/pass.js';
import { deviceOf } from './device-token.js';
import { attempt } from './sign-in-attempts.js';

export interface Credentials {
  /** An organization's name; null: the provider's. */
  readonly organization: string | null;
  readonly user: string;
  readonly password: string;
  /** Of the account's second factor. */
  readonly code?: string | undefined;
  /** What the last sign-in from there was given, if anything. */
  readonly deviceToken?: string | undefined;
}

/**
 * Who a name and password stand for. Whoever does not exist, has no password or was disabled costs the same work and
 * gets the same answer as a wrong password: `sign_in_failed`. With the right password also ends in `code_required`,
 * `code_wrong` where the account has a second factor. Also ends in `too_many_attempts`, `overloaded`.
 */
export async function checkPassword(
  services: AuthServices,
  credentials: Credentials,
  origin: Origin,
): Promise<Authenticated> {
  const { store, passwords, keys } = services;
  const place = await placeOf(store, credentials);
  const { organization, user } = await store.within([place.countedIn], async (tx) => ({
    organization: await findOrganization(tx, place.countedIn),
    user: place.exists ? await findSignInUser(tx, place.countedIn, { name: credentials.user }) : null,
  }));
  const account = {
    organizationHandle: organization?.handle ?? '',
    userId: user?.id ?? '',
    generation: user?.deviceGeneration ?? 0,
  };
  const device = deviceOf(credentials.deviceToken, account, keys.device);
  const counters =
    device === null
      ? strangerCounters(place.countedAs, origin.source)
      : deviceCounters(account.userId, device);
  const counted = await attempt(services, place.countedIn, counters);
  const right = await passwords.verify(user?.passwordHash ?? null, credentials.password);
  if (right && organization?.state === 'active' && user?.state === 'active') {
    const known = { organizationId: organization.id, user, device };
    const strength = await passSecondFactor(services, known, credentials.code, origin).catch(
      async (error: unknown) => {
        await counted.released();
        throw error;
      },
    );
    await counted.succeeded();
    return { organization, user, method: 'password', device, strength };
  }
  await store.within([place.countedIn], (tx) =>
    recordEvent(tx, {
      organizationId: place.countedIn,
      kind: 'sign_in.refused',
      actor: null,
      subject: place.countedAs,
      data: { source: origin.source },
      requestId: origin.requestId,
    }),
  );
  throw new CodedError<ProblemCode>('sign_in_failed', 'The organization, user or password is wrong.');
}

export interface Place {
  readonly countedIn: string;
  readonly countedAs: string;
  readonly exists: boolean;
}

/**
 * Where an attempt counts. One for an organization that does not exist counts with the provider, under a name that no
 * account there can have.
 */
export async function placeOf(
  store: ScopedDatabase,
  { organization, user }: Pick<Credentials, 'organization' | 'user'>,
): Promise<Place> {
  const { named, provider } = await store.unscoped(async (tx) => ({
    named: await organizationIdByName(tx, organization),
    provider: await organizationIdByName(tx, null),
  }));
  if (named !== null) return { countedIn: named, countedAs: user, exists: true };
  if (provider === null)
    throw new CodedError<ProblemCode>('storage_unavailable', 'This service was not initialised.');
  return { countedIn: provider, countedAs: `${organization ?? ''}/${user}`, exists: false };
}
