import type { ProblemCode } from '@writ/contract';
import { CodedError } from '@writ/kernel';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ownFolder } from '../own-folder.js';

/** Beside this application; where only the service was installed, it may not be there. */
const path = join(ownFolder, '../host/writ-host');

/** The host kit as it lies on this machine. Ends in `not_found`. */
export async function readHostKit(): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    const message =
      'The host kit was not installed with this service; take apps/host/writ-host of the same version.';
    throw new CodedError<ProblemCode>('not_found', message, {}, { cause });
  }
}

/** Its SHA-256 in hex; null where it is not here. */
export async function hostKitSha256(): Promise<string | null> {
  try {
    return createHash('sha256')
      .update(await readFile(path))
      .digest('hex');
  } catch {
    return null;
  }
}
