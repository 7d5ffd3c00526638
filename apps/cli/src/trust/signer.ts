import { fingerprint, parsePublicKeyLine } from '@writ/openssh/key';
import { readText } from '../files/read.js';

/** The fingerprint that is meant: as it is said, or of the public key in a file. Rejects as reading the file does. */
export async function signerOf(said: string): Promise<string> {
  if (/^SHA256:[A-Za-z0-9+/]{43}$/.test(said)) return said;
  return fingerprint(parsePublicKeyLine(await readText(said)).key);
}
