import type { CertificateErrorCode, KeyErrorCode } from '../../errors.js';
import type { CertificateContents } from '../types.js';

/** What a certificate is judged against. All in seconds. */
export interface LintLimits {
  /** The time the window is counted from. */
  readonly now: bigint;
  /** Longest time from now to valid-before. */
  readonly maxValidity: bigint;
  /** How far before now valid-after may lie. */
  readonly backdate: bigint;
}

/** One rule, one code, one citation. */
export interface LintRule {
  readonly code: CertificateErrorCode | KeyErrorCode;
  readonly citation: string;
  /** What is wrong, in one sentence, or null. */
  readonly check: (contents: CertificateContents, limits: LintLimits) => string | null;
}

/** One broken rule. */
export interface LintFinding {
  readonly code: string;
  readonly citation: string;
  readonly message: string;
}
