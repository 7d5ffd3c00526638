import { byAuthority } from './by-authority.js';
import { joinRuns, leaveOutRuns } from './combine-runs.js';
import type { EntrySet } from './entry-set.js';
import type { SerialRange, SerialRuns } from './runs.js';
import { serialRuns } from './serial-runs.js';
import type { PublicKey } from '../key/types.js';
import type { CertificatesToRevoke, Krl, KrlContents } from './types.js';

/** What one KRL says and the other does not. */
export interface KrlDifference {
  readonly certificates?: readonly CertificatesToRevoke[];
  readonly keys?: Iterable<PublicKey | Uint8Array>;
  readonly fingerprintsSha1?: Iterable<Uint8Array>;
  readonly fingerprintsSha256?: Iterable<Uint8Array>;
}

export interface KrlChange {
  readonly version: bigint;
  /** Seconds since 1970. */
  readonly generatedAt: bigint;
  /** As it was where absent. */
  readonly comment?: string;
  readonly added?: KrlDifference;
  /** Left out of what there was; what is also added is there. */
  readonly removed?: KrlDifference;
}

/**
 * What the KRL after `previous` is to say, for `encodeKrl`: everything that it says, without what is removed and with
 * what is added. Serials, of which there may be very many, are neither sorted again nor made bigints of: the time is linear in
 * the bytes of `previous` and what is added. Extensions are left behind, for they are about sections that change.
 *
 * Throws CodedError: 'krl_serial_out_of_range', 'krl_range_malformed', 'krl_authority_repeated'.
 */
export function nextKrl(previous: Krl, change: KrlChange): KrlContents {
  const { added = {}, removed = {} } = change;
  return {
    version: change.version,
    generatedAt: change.generatedAt,
    comment: change.comment ?? previous.comment,
    certificates: nextCertificates(previous, added.certificates ?? [], removed.certificates ?? []),
    keys: nextEntries(previous.keys, blobs(added.keys), blobs(removed.keys)),
    fingerprintsSha1: nextEntries(
      previous.fingerprintsSha1,
      added.fingerprintsSha1,
      removed.fingerprintsSha1,
    ),
    fingerprintsSha256: nextEntries(
      previous.fingerprintsSha256,
      added.fingerprintsSha256,
      removed.fingerprintsSha256,
    ),
  };
}

function nextCertificates(
  { certificates }: Krl,
  added: readonly CertificatesToRevoke[],
  removed: readonly CertificatesToRevoke[],
): readonly CertificatesToRevoke[] {
  const before = byAuthority(certificates);
  const more = byAuthority(added);
  const less = byAuthority(removed);
  return [...new Map([...before, ...more])].map(([name, { authority }]) => {
    const [there, coming, going] = [before.get(name), more.get(name), less.get(name)];
    const left = nextSerials(there?.serials, coming?.serials, going?.serials);
    const gone = new Set(going?.keyIds);
    const keyIds = [
      ...[...(there?.keyIds ?? [])].filter((each) => !gone.has(each)),
      ...(coming?.keyIds ?? []),
    ];
    return { authority, serials: left, keyIds };
  });
}

function nextSerials(
  there: Iterable<bigint | SerialRange> = [],
  coming: Iterable<bigint | SerialRange> = [],
  going: Iterable<bigint | SerialRange> = [],
): SerialRuns {
  return joinRuns(leaveOutRuns(serialRuns(there), serialRuns(going)), serialRuns(coming));
}

function nextEntries(
  there: EntrySet<Uint8Array>,
  coming: Iterable<Uint8Array> = [],
  going: Iterable<Uint8Array> = [],
): readonly Uint8Array[] {
  const gone = new Set(Array.from(going, latin1));
  const left = gone.size === 0 ? [...there] : [...there].filter((each) => !gone.has(latin1(each)));
  return [...left, ...coming];
}

function blobs(keys: Iterable<PublicKey | Uint8Array> = []): readonly Uint8Array[] {
  return Array.from(keys, (key) => ('blob' in key ? key.blob : key));
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1');
}
