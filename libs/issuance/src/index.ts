export type {
  AuthorityRef,
  CertificateRecord,
  Recorded,
  Recorder,
  SeenEpoch,
  SerialSource,
  Signer,
} from './ports.js';
export {
  recorderErrorCodes,
  serialSourceErrorCodes,
  signerErrorCodes,
  type RecorderErrorCode,
  type SerialSourceErrorCode,
  type SignerErrorCode,
} from './errors.js';
