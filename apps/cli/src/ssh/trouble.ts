import { unlink } from 'node:fs/promises';
import { writeAtomically } from '../files/atomic-file.js';
import { readBytesIfAny } from '../files/read.js';
import { printable } from '../terminal/escape.js';

/** Why there is no use in asking for a certificate before `until`; the check says it without starting Node. Both in seconds. */
export interface Trouble {
  readonly said: number;
  readonly until: number;
  readonly words: string;
}

/** No time that a check lives to see. */
export const never = 99_999_999_999;

/** Writes it down: one line of numbers, one of text. */
export function writeTrouble(path: string, { said, until, words }: Trouble): Promise<void> {
  const text = printable(words).replace(/\s+/g, ' ').trim();
  return writeAtomically(path, `${said} ${until}\n${text}\n`, 0o600);
}

/** What was written down, or null: also where it cannot be read as such. */
export async function readTrouble(path: string): Promise<Trouble | null> {
  const bytes = await readBytesIfAny(path).catch(() => null);
  const [, said, until, words] =
    /^(\d{1,11}) (\d{1,11})\n([^\n]+)\n$/.exec(bytes === null ? '' : new TextDecoder().decode(bytes)) ?? [];
  if (said === undefined || until === undefined || words === undefined) return null;
  return { said: Number(said), until: Number(until), words };
}

export async function forgetTrouble(path: string): Promise<void> {
  await unlink(path).catch(() => undefined);
}
