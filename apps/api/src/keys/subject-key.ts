import type { ProblemCode } from '@writ/contract';
import { CodedError, isCodedError } from '@writ/kernel';
import { fingerprint, parsePublicKeyLine, type PublicKey } from '@writ/openssh/key';

/** A public key as somebody sent it, and the comment behind it. */
export interface SubjectKey {
  readonly key: PublicKey;
  readonly comment: string;
}

const longestComment = 255;

/**
 * The key of one OpenSSH public-key line. Options, certificates, and every key that we refuse to certify end in
 * `public_key_invalid`; the failure's rule is the reason's own code.
 */
export function subjectKey(line: string): SubjectKey {
  try {
    const { options, key, comment } = parsePublicKeyLine(line);
    if (options === '') return { key, comment: comment.slice(0, longestComment) };
  } catch (error) {
    if (isCodedError(error)) throw invalid(error.code, error.message);
    throw error;
  }
  throw invalid(
    'key_line_malformed',
    'The public key line has options in front; send the type, the key and a comment.',
  );
}

/** The keys, each once: a key named twice would get two certificates. Ends in `public_key_invalid`. */
export function distinctKeys(lines: readonly string[]): readonly SubjectKey[] {
  const keys = lines.map(subjectKey);
  if (new Set(keys.map(({ key }) => fingerprint(key))).size === keys.length) return keys;
  throw new CodedError<ProblemCode>(
    'public_key_invalid',
    'A key is named twice; name each of the host keys once.',
  );
}

function invalid(rule: string, message: string): CodedError<ProblemCode> {
  return new CodedError<ProblemCode>('public_key_invalid', message, { failures: [{ rule, message }] });
}
