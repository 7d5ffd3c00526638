import type { ProblemCode, SignedIn } from '@writ/contract';
import { CodedError } from '@writ/kernel';
import {
  endOtherSessions,
  findInvitation,
  findOrganization,
  findSignInUser,
  holdUserToChange,
  lockTrust,
  organizationIdByHandle,
  recordEvent,
  setPassword,
  useInvitation,
  type OrganizationRow,
  type SignInUser,
} from '@writ/storage';
import { handingOver } from '../organizations/end-outsiders.js';
import { judgeInvitation } from '../users/judge-invitation.js';
import { passSecondFactor } from '../second-factor/pass.js';
import type { RouteInput } from '../http/route-input.js';
import type { AuthServices, Origin } from './auth-services.js';
import { readInvitation } from './invitation-token.js';
import { assertPassword } from './password-rule.js';
import { startSession } from './start-session.js';

/**
 * Uses a one-time invitation up: gives its account the password and starts a session. A password that is refused, or an
 * account that is not the expected one, leaves the invitation as it was; so does a code that is missing or wrong where the
 * account has a second factor, which a reset keeps. An organization's first owner ends what people from outside have left there. Ends in `invitation_invalid`, `password_too_weak`, `code_required`,
 * `code_wrong`, `too_many_attempts`, `overloaded`.
 */
export async function acceptInvitation(
  services: AuthServices,
  { invitation, password, code, ...expected }: RouteInput<'acceptInvitation'>['body'],
  origin: Origin,
): Promise<SignedIn> {
  const { store, clock, passwords } = services;
  const token = readInvitation(invitation);
  if (token === null) throw invalid();
  const organizationId = await store.unscoped((tx) => organizationIdByHandle(tx, token.organizationHandle));
  if (organizationId === null) throw invalid();
  const invited = await store.within([organizationId], async (tx) => {
    const found = await findInvitation(tx, organizationId, token.hash, new Date(clock()));
    const organization = await findOrganization(tx, organizationId);
    const user = found === null ? null : await findSignInUser(tx, organizationId, { id: found.userId });
    return open(organization, user);
  });
  refuseMistaken(expected, invited);
  assertPassword(password, [invited.user.name, invited.organization.name]);
  const known = { organizationId, user: invited.user, device: null };
  const strength = await passSecondFactor(services, known, code, origin);
  const passwordHash = await passwords.hash(password);
  return store.within([organizationId], async (tx) => {
    const at = new Date(clock());
    // The turn before the account, as everybody takes them; who has it may be making something that an owner ends.
    await lockTrust(tx, organizationId);
    // The account before its invitation, as whoever closes or resets it holds them.
    const { organization } = invited;
    const { user } = open(organization, await holdUserToChange(tx, organizationId, invited.user.id));
    const used = await useInvitation(tx, organizationId, token.hash, at);
    if (used === null) throw invalid();
    await judgeInvitation(tx, clock, organizationOf(organization), used, user);
    const by = {
      organizationId,
      actor: { id: user.id, name: user.name },
      requestId: origin.requestId,
    };
    const owner = { ...by, ownerId: user.id, subject: organization.name };
    await handingOver(tx, services, owner, () => setPassword(tx, organizationId, user.id, passwordHash));
    await endOtherSessions(tx, organizationId, user.id, null, { at, reason: 'password_changed' });
    await recordEvent(tx, {
      ...by,
      kind: 'invitation.accepted',
      subject: user.name,
      data: { purpose: used.purpose, source: origin.source },
    });
    const entered = { ...user, state: 'active', passwordHash } as const;
    return startSession(
      tx,
      services,
      { organization, user: entered, method: 'invitation', device: null, strength },
      origin,
    );
  });
}

function organizationOf({ id, handle, name }: OrganizationRow) {
  return { organizationId: id, organizationHandle: handle, organizationName: name };
}

/** Ends in `invitation_invalid` unless organization and account are open to the invited. */
function open(
  organization: OrganizationRow | null,
  user: SignInUser | null,
): { readonly organization: OrganizationRow; readonly user: SignInUser } {
  if (organization?.state !== 'active' || user === null) throw invalid();
  if (user.state === 'disabled' || user.state === 'locked') throw invalid();
  return { organization, user };
}

/** Ends in `invitation_invalid` where the caller took the invitation for another account's. */
function refuseMistaken(
  expected: Pick<RouteInput<'acceptInvitation'>['body'], 'user' | 'organization'>,
  { user, organization }: ReturnType<typeof open>,
): void {
  const { user: name = user.name, organization: of = organization.name } = expected;
  if (name === user.name && of === organization.name) return;
  throw new CodedError<ProblemCode>(
    'invitation_invalid',
    `This invitation is for ${user.name} of ${organization.name}, not for ${name} of ${of}; it was not used.`,
  );
}

function invalid(): CodedError<ProblemCode> {
  return new CodedError<ProblemCode>(
    'invitation_invalid',
    'This invitation is unknown, used or expired; ask whoever invited you for a new one.',
  );
}
