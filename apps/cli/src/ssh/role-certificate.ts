import { readBytesIfAny } from '../files/read.js';
import { writeAtomically } from '../files/atomic-file.js';

/** When to replace a certificate, and when it ends (s since 1970). */
export interface CertificateTimes {
  readonly renewFrom: number;
  readonly end: number;
}

const mark = 'writ-1';
/** The longest time before its end at which a certificate is replaced (s). */
const longest = 600;

/** So long before it is issued a certificate begins (s). */
const backdate = 60;

/**
 * A sixth of what is left at the start, ten minutes at most, is left to replace it in. By the clock that said `now`, the check's: how
 * far that is behind the service's is seen by when a certificate begins that was issued just now.
 * @param validity of a certificate, by the service's clock (s since 1970)
 */
export function timesOf(
  now: number,
  { validAfter, validBefore }: { readonly validAfter: bigint; readonly validBefore: bigint },
): CertificateTimes {
  const behind = Math.max(0, Number(validAfter) + backdate - now);
  const end = Number(validBefore) - behind;
  return { renewFrom: end - Math.min(longest, Math.max(0, Math.floor((end - now) / 6))), end };
}

/**
 * Writes a certificate for ssh to find, behind a comment line from which the check knows it: `# writ-1 <renew from> <end>
 * <length>`. ssh skips such lines in a file of a public key.
 */
export function writeRoleCertificate(path: string, line: string, times: CertificateTimes): Promise<void> {
  return writeAtomically(path, `# ${mark} ${times.renewFrom} ${times.end} ${line.length}\n${line}\n`, 0o600);
}

/** What the file holds, as the check reads it, or null. */
export async function readRoleCertificate(
  path: string,
): Promise<(CertificateTimes & { readonly line: string }) | null> {
  const bytes = await readBytesIfAny(path).catch(() => null);
  const [first = '', line = ''] = bytes === null ? [] : new TextDecoder().decode(bytes).split('\n');
  const [, renewFrom, end, length] =
    new RegExp(`^# ${mark} (\\d{1,11}) (\\d{1,11}) (\\d{1,6})$`).exec(first) ?? [];
  if (length === undefined || Number(length) !== line.length) return null;
  return { renewFrom: Number(renewFrom), end: Number(end), line };
}
