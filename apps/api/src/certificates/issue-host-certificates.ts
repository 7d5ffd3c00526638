import type { ProblemCode } from '@writ/contract';
import { CodedError, isCodedError } from '@writ/kernel';
import { issueCertificate } from '@writ/issuance';
import { fingerprint } from '@writ/openssh/key';
import type { Authority, HostCertificateRequest } from '@writ/policy';
import type { SignedInCaller } from '../auth/signed-in-caller.js';
import type { Transaction } from '@writ/storage';
import type { RouteInput, RouteOutput } from '../http/route-input.js';
import { earlierAnswer } from '../idempotency/earlier-answer.js';
import { requestDigest } from '../idempotency/request-digest.js';
import { distinctKeys } from '../keys/subject-key.js';
import { refusal } from '../refusal.js';
import type { TrustEnding } from '../revocations/end-trust.js';
import { takeTurn } from '../users/take-turn.js';
import { issuedView } from './certificate-view.js';
import { claimHostNames } from './claim-host-names.js';
import { decideHostKeys } from './decide-host-keys.js';
import { hostRequests, type HostAsked } from './host-request.js';
import type { Issuing } from './issuing.js';
import { failuresOf, refused } from './refused.js';
import { sameCertificateAgain } from './same-certificate-again.js';

type Input = Pick<RouteInput<'issueHostCertificates'>, 'body' | 'idempotencyKey' | 'requestId'>;
type Answer = RouteOutput<'issueHostCertificates'>;
type HostIssuing = Issuing & TrustEnding;

/**
 * Issues one certificate for each of a host's keys. Names that are free (or to be replaced) are bound to these keys
 * first, in one transaction; then each certificate takes the common path. Under an Idempotency-Key each certificate of the
 * first time is given again, if it would still be issued. Ends in `public_key_invalid`, `request_refused` (every rule),
 * `host_name_taken`, `key_taken`, `decision_stale`, `idempotency_key_reused`, `session_ended`, and the signer's
 * and the database's codes.
 */
export async function issueHostCertificates(
  issuing: HostIssuing,
  caller: SignedInCaller,
  input: Input,
): Promise<Answer> {
  const asked = { keys: distinctKeys(input.body.publicKeys), body: input.body };
  try {
    return await attempt(issuing, caller, input, asked);
  } catch (error) {
    if (!isCodedError(error, 'decision_stale', 'idempotency_key_taken')) {
      throw await finalRefusal(issuing, caller, input, asked, error);
    }
  }
  issuing.authorities.forget(caller.organizationId);
  const current = await issuing.refresh(caller);
  try {
    return await attempt(issuing, current, input, asked);
  } catch (error) {
    throw await finalRefusal(issuing, current, input, asked, error);
  }
}

async function attempt(
  issuing: HostIssuing,
  caller: SignedInCaller,
  input: Input,
  asked: HostAsked,
): Promise<Answer> {
  const { organizationId } = caller;
  const { idempotencyKey, requestId } = input;
  const digest = requestDigest('issueHostCertificates', input.body);
  const authority = await issuing.authorities.active(organizationId, 'host');
  const { requests, earlier } = await issuing.store.within([organizationId], async (tx) => {
    await takeTurn(tx, caller);
    const found = [];
    for (const index of asked.keys.keys()) {
      found.push(
        idempotencyKey === undefined
          ? null
          : await earlierAnswer(tx, issuing.clock, caller, partKey(idempotencyKey, index), digest),
      );
    }
    return {
      requests: await boundRequests(tx, issuing, { caller, requestId }, authority, asked),
      earlier: found,
    };
  });
  const certificates: Answer['certificates'] = [];
  for (const [index, request] of requests.entries()) {
    const answered = earlier[index] ?? null;
    const common = { caller, authority, roles: [], request, requestId };
    if (answered !== null) {
      certificates.push(await sameCertificateAgain(issuing, common, answered));
      continue;
    }
    const idempotency =
      idempotencyKey === undefined ? null : { key: partKey(idempotencyKey, index), requestDigest: digest };
    const { certificate } = await issueCertificate(issuing.ports, { ...common, idempotency });
    certificates.push(issuedView(certificate));
  }
  return { certificates };
}

/** The requests, once their names are bound to their keys. Ends in `request_refused`, `key_taken`. */
async function boundRequests(
  tx: Transaction,
  issuing: HostIssuing,
  actor: { readonly caller: SignedInCaller; readonly requestId: string },
  authority: Authority,
  asked: HostAsked,
): Promise<readonly HostCertificateRequest[]> {
  const { organizationId } = actor.caller;
  const requests = await hostRequests(tx, organizationId, asked);
  const plans = decideHostKeys(issuing, actor.caller, authority, requests);
  if (plans.every((plan) => plan.claims.length === 0)) return requests;
  await claimHostNames(tx, issuing, actor, asked.keys, plans);
  return hostRequests(tx, organizationId, asked);
}

/** Each certificate is remembered by itself. No Idempotency-Key in a header can hold a newline. */
function partKey(idempotencyKey: string, index: number): string {
  return index === 0 ? idempotencyKey : `${idempotencyKey}\n${index}`;
}

/** What to answer when it is settled that nothing is issued; a refusal is written down first. */
async function finalRefusal(
  { store }: Issuing,
  caller: SignedInCaller,
  { requestId }: Input,
  { keys, body }: HostAsked,
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
  const fingerprints = keys.map(({ key }) => fingerprint(key));
  const asked = {
    names: body.names,
    fingerprints,
    ttlSeconds: body.ttlSeconds ?? null,
    replace: body.replace,
  };
  const answer = await refused(store, { caller, requestId }, body.names[0] ?? '', failures, asked);
  const onlyNames = failures.every(({ rule }) => rule === 'name_of_another_key');
  return onlyNames ? refusal('host_name_taken', failures) : answer;
}
