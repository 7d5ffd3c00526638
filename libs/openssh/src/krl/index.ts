export { decodeKrl } from './decode.js';
export { encodeKrl } from './encode.js';
export type { EntrySet } from './entry-set.js';
export {
  isRevoked,
  revocationReason,
  type RevocableCertificate,
  type RevocationReason,
} from './is-revoked.js';
export { nextKrl, type KrlChange, type KrlDifference } from './next.js';
export type { SerialRange, SerialRuns } from './runs.js';
export { joinRuns, leaveOutRuns } from './combine-runs.js';
export { serialRuns, serialRunsOfBytes } from './serial-runs.js';
export type { SerialSet } from './serial-set.js';
export type { CertificatesToRevoke, Krl, KrlContents, KrlExtension, RevokedCertificates } from './types.js';
