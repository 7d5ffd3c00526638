import type { ProblemCode } from '@writ/contract';
import { CodedError, seconds } from '@writ/kernel';
import type { IssuanceRequest } from '@writ/issuance';
import { decodeCertificate } from '@writ/openssh/certificate';
import { decide } from '@writ/policy';
import { epochsHold, findRecorded, type IdempotentAnswer } from '@writ/storage';
import { scopeOf, type SignedInCaller } from '../auth/signed-in-caller.js';
import { refusal } from '../refusal.js';
import { issuedView } from './certificate-view.js';
import type { Issuing } from './issuing.js';

/**
 * The certificate that was issued the first time, on the conditions under which it would be issued now: the request is
 * decided again, what that decision saw still holds, and the certificate is neither revoked nor over. Ends in
 * `request_refused`, `decision_stale`.
 */
export async function sameCertificateAgain(
  { ports, store }: Issuing,
  request: Omit<IssuanceRequest, 'idempotency'> & { readonly caller: SignedInCaller },
  { authorityId, serial }: IdempotentAnswer,
) {
  const now = seconds(ports.clock);
  const decision = decide({ ...request, now, backdate: BigInt(ports.backdateSeconds) });
  if (!decision.allowed) throw refusal('request_refused', decision.failures);
  const { organizationId } = request.caller;
  const scope = scopeOf(request.caller);
  const recorded = await store.within(scope, async (tx) => {
    if (authorityId === null || serial === null) return null;
    if (!(await epochsHold(tx, scope, decision.plan.seen))) return null;
    return findRecorded(tx, organizationId, authorityId, serial);
  });
  if (recorded !== null && !recorded.revoked) {
    const certificate = decodeCertificate(recorded.certificate);
    if (certificate.validBefore > now) return issuedView(certificate);
  }
  throw new CodedError<ProblemCode>(
    'decision_stale',
    'The certificate that was issued under this Idempotency-Key no longer holds; ask again under a new key.',
  );
}
