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

/** A sixth of what is left at the start, ten minutes at most, is left to replace it in. */
export function timesOf(now: number, end: number): CertificateTimes {
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
