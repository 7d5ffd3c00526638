import type { Failure } from '@writ/contract';
import { joinName } from '@writ/hosts';
import { isCodedError, type Clock, type RandomBytes } from '@writ/kernel';
import { hostNameWithin, namePattern, type HostName } from '@writ/openssh/trust';
import { labelsProblem, type Labels } from '@writ/policy';
import { findOrganization, insertJoinToken, recordEvent, type ScopedDatabase } from '@writ/storage';
import { createHash, randomUUID } from 'node:crypto';
import type { SignedInCaller } from '../auth/signed-in-caller.js';
import { eventOf, type Actor } from '../events/event-of.js';
import type { RouteInput, RouteOutput } from '../http/route-input.js';
import { refusal } from '../refusal.js';
import { takeTurn } from '../users/take-turn.js';
import { bundleKeyOf } from './bundle-key-of.js';
import type { BundleKeys } from './bundle-keys.js';
import { refuseWidening, rolesWidenedBy } from './widen-labels.js';

export interface TokenMaking {
  readonly store: ScopedDatabase;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly bundleKeys: BundleKeys;
}

/**
 * Makes a token with which hosts join under names inside the organization's, and get these labels. Labels widen every role
 * that chooses hosts by them, so they take `role.grant`, and the caller may not gain by them. Ends in `request_refused`,
 * `grant_refused`, `decision_stale`.
 */
export function createJoinToken(
  services: TokenMaking,
  actor: Actor & { readonly caller: SignedInCaller },
  { body }: Pick<RouteInput<'createJoinToken'>, 'body'>,
): Promise<RouteOutput<'createJoinToken'>> {
  const { store, clock, random } = services;
  const { caller } = actor;
  const { organizationId } = caller;
  const { names, labels, uses, ttlSeconds } = body;
  return store.within([organizationId], async (tx) => {
    await takeTurn(tx, caller);
    const organization = await findOrganization(tx, organizationId);
    const failures = [...nameFailures(names, organization?.namePatterns ?? []), ...labelFailures(labels)];
    if (failures.length > 0) throw refusal('request_refused', failures);
    const widened = await rolesWidenedBy(tx, organizationId, null, labels);
    const exception = await refuseWidening(tx, clock, caller, widened);
    const key = await bundleKeyOf(tx, services, organizationId);
    const secret = Buffer.from(random(32)).toString('base64url');
    const now = clock();
    const token = {
      id: randomUUID(),
      organizationId,
      names,
      labels,
      usesLeft: uses,
      createdById: caller.userId,
      createdAt: new Date(now),
      expiresAt: new Date(now + ttlSeconds * 1_000),
    };
    await insertJoinToken(tx, token, joinSecretHash(secret));
    const data = { id: token.id, labels, uses, expiresAt: token.expiresAt.toISOString() };
    await recordEvent(
      tx,
      eventOf(actor, 'join_token.created', names, exception === null ? data : { ...data, exception }),
    );
    const expiresAt = token.expiresAt.toISOString();
    return { secret, bundleKey: key.fingerprint, names, labels, uses, expiresAt };
  });
}

/** All that is kept of a secret. */
export function joinSecretHash(secret: string): Uint8Array {
  return createHash('sha256').update(secret).digest();
}

function nameFailures(names: string, patterns: readonly string[]): Failure[] {
  try {
    joinName(names);
  } catch (error) {
    if (!isCodedError(error)) throw error;
    return [{ rule: 'name_invalid', message: error.message }];
  }
  // What every name that the pattern covers has in common with this one is all that matters.
  const example = names.replace('*', 'x') as HostName;
  if (
    hostNameWithin(
      example,
      patterns.map((pattern) => namePattern(pattern)),
    )
  )
    return [];
  const message = `${names} is not inside the organization's names: ${patterns.join(', ')}.`;
  return [{ rule: 'name_outside_organization', message }];
}

function labelFailures(labels: Labels): Failure[] {
  const problem = labelsProblem(labels);
  return problem === null ? [] : [{ rule: 'labels_invalid', message: problem }];
}
