import type { ProblemCode } from '@writ/contract';
import { CodedError, isCodedError } from '@writ/kernel';
import { issueCertificate, type IssuanceRequest } from '@writ/issuance';
import { fingerprint } from '@writ/openssh/key';
import type { Role, Target } from '@writ/policy';
import { rolesInSight } from '../access/sight.js';
import { soughtHost } from '../access/sought-host.js';
import type { SignedInCaller } from '../auth/signed-in-caller.js';
import type { RouteInput, RouteOutput } from '../http/route-input.js';
import { earlierAnswer } from '../idempotency/earlier-answer.js';
import { requestDigest } from '../idempotency/request-digest.js';
import { subjectKey, type SubjectKey } from '../keys/subject-key.js';
import { issuedView } from './certificate-view.js';
import type { Issuing } from './issuing.js';
import { failuresOf, refused } from './refused.js';
import { sameCertificateAgain } from './same-certificate-again.js';

type Input = Pick<RouteInput<'issueUserCertificate'>, 'body' | 'idempotencyKey' | 'requestId'>;
type Answer = RouteOutput<'issueUserCertificate'>;

/**
 * Issues a user certificate. What the decision rests on comes from memory where epochs allow, so that the database is
 * asked only for the caller (by the guard) and for the record; before anybody is refused, or when what was in memory is
 * out of date, everything is read and decided once more. Under an Idempotency-Key the certificate of the first time is
 * given again, if it would still be issued. Ends in `public_key_invalid`, `request_refused` (every rule),
 * `decision_stale`, `idempotency_key_reused`, `session_ended`, and the signer's and the database's codes.
 */
export async function issueUserCertificate(
  issuing: Issuing,
  caller: SignedInCaller,
  input: Input,
): Promise<Answer> {
  const subject = subjectKey(input.body.publicKey);
  const idempotency =
    input.idempotencyKey === undefined
      ? null
      : { key: input.idempotencyKey, requestDigest: requestDigest('issueUserCertificate', input.body) };
  const again = async (current: SignedInCaller) =>
    idempotency && (await givenBefore(issuing, current, input, subject, idempotency));

  const before = await again(caller);
  if (before !== null) return before;
  try {
    return await issue(issuing, caller, input, subject, idempotency);
  } catch (error) {
    if (!isCodedError(error, 'request_refused', 'decision_stale', 'idempotency_key_taken')) throw error;
  }
  issuing.authorities.forget(caller.organizationId);
  const current = await issuing.refresh(caller);
  // Another request may have been answered under the key in the meantime.
  const meanwhile = await again(current);
  if (meanwhile !== null) return meanwhile;
  try {
    return await issue(issuing, current, input, subject, idempotency);
  } catch (error) {
    throw await finalRefusal(issuing, current, input, subject, error);
  }
}

async function issue(
  issuing: Issuing,
  caller: SignedInCaller,
  input: Input,
  subject: SubjectKey,
  idempotency: IssuanceRequest['idempotency'],
): Promise<Answer> {
  const request = await requestFor(issuing, caller, input, subject);
  const { certificate } = await issueCertificate(issuing.ports, { ...request, idempotency });
  return issuedView(certificate);
}

async function requestFor(
  issuing: Issuing,
  caller: SignedInCaller,
  { body, requestId }: Input,
  { key }: SubjectKey,
): Promise<Omit<IssuanceRequest, 'idempotency'> & { readonly caller: SignedInCaller }> {
  const { authorities, keyOwners } = issuing;
  const { roles, target } = await towards(issuing, caller, body);
  return {
    caller,
    authority: await authorities.active(caller.organizationId, 'user'),
    roles,
    request: {
      kind: 'user',
      publicKey: key,
      keyOwner: await keyOwners.ownerOf(caller, fingerprint(key)),
      ...(body.role === undefined ? {} : { roleName: body.role }),
      ...(target === undefined ? {} : { target }),
      ...(body.ttlSeconds === undefined ? {} : { ttlSeconds: body.ttlSeconds }),
    },
    requestId,
  };
}

/**
 * What the certificate is to be good for, where that was said, and the roles that are in sight then: a refusal is to name
 * every missing link. Otherwise the caller's own roles, which are in memory.
 */
async function towards(
  issuing: Issuing,
  caller: SignedInCaller,
  { host, login }: Input['body'],
): Promise<{ readonly roles: readonly Role[]; readonly target?: Target }> {
  if (host === undefined || login === undefined) return { roles: await issuing.roles.rolesOf(caller) };
  const { own, all } = await rolesInSight(issuing, caller);
  const inventory = await issuing.inventories.inventoryOf(caller.organizationId);
  return {
    roles: all,
    target: { host: await soughtHost(issuing.store, caller, inventory, own, host), login },
  };
}

/** What was answered under the Idempotency-Key, if it would be issued again now; null when nothing was. */
async function givenBefore(
  issuing: Issuing,
  caller: SignedInCaller,
  input: Input,
  subject: SubjectKey,
  { key, requestDigest: digest }: { readonly key: string; readonly requestDigest: Uint8Array },
): Promise<Answer | null> {
  const { organizationId } = caller;
  const earlier = await issuing.store.within([organizationId], (tx) =>
    earlierAnswer(tx, issuing.clock, caller, key, digest),
  );
  if (earlier === null) return null;
  try {
    const request = await requestFor(issuing, caller, input, subject);
    return await sameCertificateAgain(issuing, request, earlier);
  } catch (error) {
    throw await finalRefusal(issuing, caller, input, subject, error);
  }
}

/** What to answer when it is settled that nothing is issued; a refusal is written down first. */
async function finalRefusal(
  { store }: Issuing,
  caller: SignedInCaller,
  { body, requestId }: Input,
  { key }: SubjectKey,
  error: unknown,
): Promise<unknown> {
  if (isCodedError(error, 'idempotency_key_taken')) {
    return new CodedError<ProblemCode>(
      'decision_stale',
      'Too many requests used this Idempotency-Key at once; ask again.',
    );
  }
  const failures = failuresOf(error);
  if (failures === null) return error;
  const { role = null, ttlSeconds = null, host, login } = body;
  const target = host === undefined ? {} : { host, login };
  const asked = { publicKeyFingerprint: fingerprint(key), role, ...target, ttlSeconds };
  return refused(store, { caller, requestId }, caller.userName, failures, asked);
}
