import { isCodedError } from '@writ/kernel';
import { decodeKrl, type Krl } from '@writ/openssh/krl';
import { currentKrl, currentKrlDigest, type HighWater, type Transaction } from '@writ/storage';
import { createHash } from 'node:crypto';
import { bounded, type BoundedMap } from '../bounded-map.js';

interface Made {
  readonly krl: Krl;
  /** How long it is. */
  readonly bytes: number;
  readonly sha256: Uint8Array;
}

/** Reading and decoding a smaller one takes a few milliseconds. */
const worthKeeping = 1 << 18;
/** Each takes about four times its length. */
const organizationsKept = 4;

/** Large KRLs that were made here last, by organization; for each high-water file, of which a process has one. */
const kept = new WeakMap<object, BoundedMap<string, Made>>();

/** Keeps a KRL that was just made, if it is large: the transaction that it was made in need not commit. */
export function keepKrl(highWater: Pick<HighWater, 'raise'>, organizationId: string, made: Made): void {
  const mine = kept.get(highWater) ?? bounded<string, Made>(organizationsKept);
  kept.set(highWater, mine);
  if (made.bytes < worthKeeping) mine.delete(organizationId);
  else mine.set(organizationId, made);
}

/**
 * The organization's newest KRL, as this process made it where the database holds the same. Null where there is none, or
 * where it is not what it was when it was published. Rejects as the database does.
 */
export async function previousKrl(
  tx: Transaction,
  highWater: Pick<HighWater, 'raise'>,
  organizationId: string,
): Promise<Krl | null> {
  const mine = kept.get(highWater)?.get(organizationId);
  if (mine !== undefined) {
    const newest = await currentKrlDigest(tx, organizationId);
    if (newest?.version === mine.krl.version && Buffer.compare(newest.sha256, mine.sha256) === 0)
      return mine.krl;
  }
  const row = await currentKrl(tx, organizationId);
  if (row === null || !createHash('sha256').update(row.bytes).digest().equals(row.sha256)) return null;
  const krl = readable(row.bytes);
  return krl?.version === row.version ? krl : null;
}

/** Null for what an earlier Writ published and this one refuses to read. */
function readable(bytes: Uint8Array): Krl | null {
  try {
    return decodeKrl(bytes);
  } catch (error) {
    if (isCodedError(error)) return null;
    throw error;
  }
}
