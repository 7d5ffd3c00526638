import { isCodedError } from '@writ/kernel';
import { refuse } from '../../refuse.js';
import { decodeTbs } from '../decode.js';
import { encodeTbs } from '../encode.js';
import { firstDifference } from '../same-contents.js';
import type { CertificateContents, CertificateFields } from '../types.js';
import { mintLintedTbs, type LintedTbs } from './linted-tbs.js';
import type { LintFinding, LintLimits } from './rule.js';
import { lintRules } from './rules.js';

/**
 * Judges a certificate before it is signed: encodes it, or takes the to-be-signed bytes as they are, reads
 * the very bytes back with the strict decoder, and holds what they say against every rule and against the
 * fields asked for. An encoder's mistake therefore cannot pass.
 *
 * Returns the bytes as a single-use LintedTbs. Throws CodedError 'lint_failed' whose details hold
 * `findings: { code, citation, message }[]`, one for every broken rule; bytes that do not even decode are one
 * finding with the decoder's code.
 */
export function lint(subject: CertificateFields | Uint8Array, limits: LintLimits): LintedTbs {
  const { tbs, findings } = judge(subject, limits);
  const [first] = findings;
  if (first !== undefined) {
    const more = findings.length > 1 ? ` (and ${findings.length - 1} more)` : '';
    refuse('lint_failed', `The certificate breaks a rule${more}: ${first.message}`, { findings });
  }
  return mintLintedTbs(tbs);
}

function judge(
  subject: CertificateFields | Uint8Array,
  limits: LintLimits,
): { tbs: Uint8Array; findings: LintFinding[] } {
  try {
    // A copy before the first look: whoever holds the array may change it.
    const tbs = subject instanceof Uint8Array ? new Uint8Array(subject) : encodeTbs(subject);
    const contents = decodeTbs(tbs);
    const member = subject instanceof Uint8Array ? null : firstDifference(subject, contents);
    const findings = breaches(contents, limits);
    if (member !== null) findings.unshift(contentsDiffer(member));
    return { tbs, findings };
  } catch (error) {
    if (!isCodedError(error)) throw error;
    return {
      tbs: new Uint8Array(),
      findings: [{ code: error.code, citation: 'Rule 10: one spelling', message: error.message }],
    };
  }
}

function contentsDiffer(member: string): LintFinding {
  const message = `The encoded ${member} is not what was asked for.`;
  return { code: 'contents_differ', citation: 'Rule 10: decode then encode gives the same', message };
}

function breaches(contents: CertificateContents, limits: LintLimits): LintFinding[] {
  const findings: LintFinding[] = [];
  for (const { code, citation, check } of lintRules) {
    const message = check(contents, limits);
    if (message !== null) findings.push({ code, citation, message });
  }
  return findings;
}
