import { seconds, type Sealed, type Clock, type RandomBytes } from '@writ/kernel';
import {
  assembleCertificate,
  decodeCertificate,
  lint,
  type Certificate,
  type CertificateFields,
  type LintedTbs,
  type Serial,
} from '@writ/openssh/certificate';
import { fingerprint } from '@writ/openssh/key';
import {
  decide,
  type Authority,
  type Caller,
  type CertificateRequest,
  type Plan,
  type Role,
} from '@writ/policy';
import { recorderErrorCodes, serialSourceErrorCodes, signerErrorCodes } from './errors.js';
import type { CertificateRecord, Recorder, SerialSource, Signer } from './ports.js';
import { fromPort, refuse } from './refuse.js';
import type { VerifyCertificate } from './verifier.js';

/** What the cycle asks of the world. */
export interface IssuancePorts {
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
  readonly serials: SerialSource;
  readonly signer: Signer;
  readonly verify: VerifyCertificate;
  readonly recorder: Recorder;
  /** How far valid-after is put before now, in seconds. */
  readonly backdateSeconds: number;
}

/**
 * Who asks for what, and under which authority. Every epoch in it was read before, or in one snapshot with, what it stands for
 * (a user's: the account, its roles and its keys).
 */
export interface IssuanceRequest {
  readonly caller: Caller;
  readonly roles: readonly Role[];
  readonly authority: Authority;
  readonly request: CertificateRequest;
  readonly requestId: string | null;
  readonly idempotency: CertificateRecord['idempotency'];
}

/** A certificate whose record is on disk. */
export interface IssuedCertificate {
  readonly certificate: Certificate;
  readonly record: CertificateRecord;
}

/*
 * What each step hands to the next. They are made in this file alone and copies of them are not
 * taken, so a step that is left out, or comes in another
 * order, does not compile.
 */
export type Decided = Sealed<{ readonly plan: Plan }, 'Decided'>;
export type Numbered = Sealed<{ readonly plan: Plan; readonly serial: Serial }, 'Numbered'>;
export type Linted = Sealed<
  {
    readonly plan: Plan;
    readonly fields: CertificateFields;
    readonly tbs: Uint8Array;
    readonly token: LintedTbs;
  },
  'Linted'
>;
export type Signed = Sealed<
  {
    readonly plan: Plan;
    readonly fields: CertificateFields;
    readonly tbs: Uint8Array;
    readonly blob: Uint8Array;
  },
  'Signed'
>;
export type Verified = Sealed<
  { readonly plan: Plan; readonly fields: CertificateFields; readonly certificate: Certificate },
  'Verified'
>;

/**
 * The one path a certificate takes. Returns it only when its record is on disk and everything the decision rested on was
 * still so at that moment; a failure at any step leaves nothing that could log in.
 * Ends in CodedErrors of `IssuanceErrorCode` and no others.
 */
export async function issueCertificate(
  ports: IssuancePorts,
  request: IssuanceRequest,
): Promise<IssuedCertificate> {
  const decided = decideOrRefuse(ports, request);
  const numbered = await takeSerial(ports, decided);
  const linted = lintBeforeSigning(ports, numbered);
  const signed = await sign(ports, linted);
  const verified = await verifyAfterSigning(ports, signed);
  return recordThenReturn(ports, request, verified);
}

/** Step 2: a complete plan, or 'request_refused' with every rule that was not met; 'names_unclaimed'. */
export function decideOrRefuse(ports: IssuancePorts, request: IssuanceRequest): Decided {
  const decision = decide({
    caller: request.caller,
    roles: request.roles,
    authority: request.authority,
    request: request.request,
    now: seconds(ports.clock),
    backdate: BigInt(ports.backdateSeconds),
  });
  if (!decision.allowed) {
    const { failures } = decision;
    const message = failures.map((failure) => failure.message).join(' ');
    return refuse('request_refused', message, { failures });
  }
  const { plan } = decision;
  if (plan.claims.length > 0) {
    const names = plan.claims.map((claim) => claim.name);
    refuse('names_unclaimed', 'The host names have to be bound to the key before it is signed.', { names });
  }
  return { plan } as Decided;
}

/** Step 3: the authority's next serial. */
export async function takeSerial(ports: IssuancePorts, { plan }: Decided): Promise<Numbered> {
  const serial = await fromPort(serialSourceErrorCodes, 'storage_unavailable', () =>
    ports.serials.take(plan.authority),
  );
  return { plan, serial } as Numbered;
}

/** Step 4: the to-be-signed bytes and, once they pass the lint, the token that lets them be signed once. */
export function lintBeforeSigning(ports: IssuancePorts, { plan, serial }: Numbered): Linted {
  const fields: CertificateFields = {
    certificateType: plan.certificateType,
    nonce: ports.randomBytes(32),
    publicKey: plan.publicKey,
    serial,
    keyId: plan.keyId,
    validPrincipals: plan.validPrincipals,
    validAfter: plan.validAfter,
    validBefore: plan.validBefore,
    criticalOptions: plan.criticalOptions,
    extensions: plan.extensions,
    signatureKey: plan.authority.publicKey,
  };
  const { decidedAt: now, maxValidity, backdate } = plan;
  const token = lint(fields, { now, maxValidity, backdate });
  return { plan, fields, tbs: token.copy(), token } as Linted;
}

/** Step 5: the signer sees linted bytes and the authority, nothing else. */
export async function sign(ports: IssuancePorts, { plan, fields, tbs, token }: Linted): Promise<Signed> {
  const signature = await fromPort(signerErrorCodes, 'signer_unavailable', () =>
    ports.signer.sign(plan.authority, token),
  );
  return { plan, fields, tbs, blob: assembleCertificate(tbs, signature) } as Signed;
}

/** Step 6: the finished certificate read back, compared with step 4 and verified; its window checked once more. */
export async function verifyAfterSigning(
  ports: IssuancePorts,
  { plan, fields, tbs, blob }: Signed,
): Promise<Verified> {
  const certificate = readBack(blob);
  const same = Buffer.compare(certificate.tbs, tbs) === 0;
  const genuine = await fromPort([], 'signature_invalid', () =>
    ports.verify(certificate, plan.authority.publicKey),
  );
  if (!same || genuine !== true) refuse('signature_invalid', notOurs);
  const now = seconds(ports.clock);
  if (certificate.validBefore <= now || certificate.validBefore - now > plan.maxValidity) {
    refuse('validity_lapsed', 'The clock moved while the certificate was signed; ask again.');
  }
  return { plan, fields, certificate } as Verified;
}

function readBack(blob: Uint8Array): Certificate {
  try {
    return decodeCertificate(blob);
  } catch (cause) {
    return refuse('signature_invalid', notOurs, {}, { cause });
  }
}

const notOurs = "What the signer returned is not the authority's signature; nothing was issued.";

/** Step 7: the durable record, on condition that what the decision saw still holds; then, and only then, the certificate. */
export async function recordThenReturn(
  ports: IssuancePorts,
  request: Pick<IssuanceRequest, 'requestId' | 'idempotency'>,
  { plan, fields, certificate }: Verified,
): Promise<IssuedCertificate> {
  const record: CertificateRecord = {
    organizationId: plan.organizationId,
    authorityId: plan.authority.id,
    serial: fields.serial,
    certificateType: fields.certificateType,
    keyId: fields.keyId,
    validPrincipals: fields.validPrincipals,
    validAfter: fields.validAfter,
    validBefore: fields.validBefore,
    publicKeyFingerprint: fingerprint(fields.publicKey),
    userId: plan.userId,
    roleId: plan.roleId,
    sessionId: plan.sessionId,
    certificate: certificate.blob,
    issuedAt: ports.clock(),
    seen: plan.seen,
    actorName: plan.actorName,
    requestId: request.requestId,
    idempotency: request.idempotency,
  };
  const recorded = await fromPort(recorderErrorCodes, 'storage_unavailable', () =>
    ports.recorder.record(record),
  );
  switch (recorded.outcome) {
    case 'recorded':
      return { certificate, record };
    case 'stale':
      return refuse('decision_stale', 'What the decision rested on has changed; ask again.', {
        changed: recorded.changed,
      });
    case 'duplicate':
      return refuse('idempotency_key_taken', 'Another request has used this Idempotency-Key.');
  }
}
