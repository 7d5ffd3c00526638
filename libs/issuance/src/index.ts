export {
  issueCertificate,
  type IssuancePorts,
  type IssuanceRequest,
  type IssuedCertificate,
} from './cycle.js';
export { inBlocks } from './random-block.js';
export { poolVerifier, type VerifyCertificate } from './verifier.js';
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
  cycleErrorCodes,
  recorderErrorCodes,
  serialSourceErrorCodes,
  signerErrorCodes,
  type CycleErrorCode,
  type IssuanceErrorCode,
  type RecorderErrorCode,
  type SerialSourceErrorCode,
  type SignerErrorCode,
} from './errors.js';
