/** Codes that a Signer ends in. */
export const signerErrorCodes = ['signer_unavailable', 'authority_key_unknown'] as const;
export type SignerErrorCode = (typeof signerErrorCodes)[number];

/** Codes that a SerialSource ends in. */
export const serialSourceErrorCodes = ['storage_unavailable', 'storage_full', 'serials_exhausted'] as const;
export type SerialSourceErrorCode = (typeof serialSourceErrorCodes)[number];

/** Codes that a Recorder ends in. */
export const recorderErrorCodes = ['storage_unavailable', 'storage_full'] as const;
export type RecorderErrorCode = (typeof recorderErrorCodes)[number];

/** Codes of the cycle's own. */
export const cycleErrorCodes = [
  /** The decision is no; `details.failures` lists every rule that was not met. */
  'request_refused',
  /** The names of a host certificate are not the key's yet; bind them first. `details.names`. */
  'names_unclaimed',
  /** Our own certificate broke a rule before it was signed; `details.findings`. */
  'lint_failed',
  /** What came back from the signer is not the authority's signature over what was linted. */
  'signature_invalid',
  /** By the time it was signed the certificate's window no longer held. */
  'validity_lapsed',
  /** What the decision rested on has changed; decide again. `details.changed`. */
  'decision_stale',
  /** The caller's Idempotency-Key is taken by another request. */
  'idempotency_key_taken',
] as const;
export type CycleErrorCode = (typeof cycleErrorCodes)[number];

/** Every code that `issueCertificate` ends in. */
export type IssuanceErrorCode = CycleErrorCode | SignerErrorCode | SerialSourceErrorCode | RecorderErrorCode;
