import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Account } from './account.js';

/** True when the account may enter this directory and every one above it, by mode bits. */
export async function canEnter(directory: string, account: Account | undefined): Promise<boolean> {
  if (account === undefined) return true;
  const entry = await stat(directory).catch(() => undefined);
  if (entry === undefined) return false;
  const bit = entry.uid === account.uid ? 0o100 : entry.gid === account.gid ? 0o010 : 0o001;
  if ((entry.mode & bit) === 0) return false;
  const parent = dirname(directory);
  return parent === directory || canEnter(parent, account);
}
