/** Codes that a Signer ends in. */
export const signerErrorCodes = ['signer_unavailable', 'authority_key_unknown'] as const;
export type SignerErrorCode = (typeof signerErrorCodes)[number];

/** Codes that a SerialSource ends in. */
export const serialSourceErrorCodes = ['storage_unavailable', 'serials_exhausted'] as const;
export type SerialSourceErrorCode = (typeof serialSourceErrorCodes)[number];

/** Codes that a Recorder ends in. */
export const recorderErrorCodes = ['storage_unavailable', 'storage_full'] as const;
export type RecorderErrorCode = (typeof recorderErrorCodes)[number];
