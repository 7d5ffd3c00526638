import { decodePublicKey, samePublicKey } from '@writ/openssh/key';
import { isRevoked, leaveOutRuns, serialRunsOfBytes, type Krl, type SerialRuns } from '@writ/openssh/krl';
import type { AuthorityRow, KrlEntries, KrlEntriesSince, RevokedKey } from '@writ/storage';

/** What a new KRL was made to add. */
export interface Added {
  readonly certificates: readonly { readonly authorityId: string; readonly serial: bigint }[];
  readonly keys: readonly RevokedKey[];
}

/**
 * Why a decoded KRL may not be published, or null: everything that was added is found in it as sshd would look for it,
 * nothing is of what has expired, and no authority's own key is but those that were revoked: it would end every certificate at once.
 */
export function krlFault(
  krl: Krl,
  authorities: readonly AuthorityRow[],
  added: Added,
  since?: KrlEntriesSince,
): string | null {
  const keys = new Map(authorities.map(({ id, publicKey }) => [id, decodePublicKey(publicKey)]));
  for (const { id, state } of authorities) {
    const key = keys.get(id);
    if (key !== undefined && isRevoked(krl, key) !== (state === 'revoked'))
      return state === 'revoked' ? 'it leaves an authority out' : 'it revokes an authority';
  }
  for (const { authorityId, serial } of added.certificates) {
    const signatureKey = keys.get(authorityId);
    if (signatureKey === undefined) return `the authority of serial ${serial} is unknown`;
    // The certified key plays no part: the serial alone has to be enough.
    const certificate = { publicKey: signatureKey, serial, keyId: '', signatureKey };
    if (!isRevoked(krl, certificate)) return `serial ${serial} is missing`;
  }
  const missing = added.keys.some(({ fingerprint, publicKey }) =>
    publicKey === null
      ? !krl.fingerprintsSha256.has(digestOf(fingerprint))
      : !isRevoked(krl, decodePublicKey(publicKey)),
  );
  return missing ? 'a key is missing' : since === undefined ? null : changeFault(krl, authorities, since);
}

/** The same of what the database says has changed. */
function changeFault(
  krl: Krl,
  authorities: readonly AuthorityRow[],
  { added, expired }: KrlEntriesSince,
): string | null {
  for (const { id, publicKey } of authorities) {
    const [coming, gone] = [rangesOf(added, id), rangesOf(expired, id)];
    if (coming.count + gone.count === 0) continue;
    const key = decodePublicKey(publicKey);
    const section = krl.certificates.find(
      ({ authority }) => authority !== null && samePublicKey(authority, key),
    );
    const said = section?.serials.runs();
    for (const range of said === undefined ? coming : leaveOutRuns(coming, said))
      return `serial ${range.first} is missing`;
    for (const range of leaveOutRuns(gone, coming))
      if (said?.meets(range) === true)
        return `of serials ${range.first} to ${range.last} some have expired long ago`;
  }
  if (added.keys.some((name) => !krl.fingerprintsSha256.has(digestOf(name)))) return 'a key is missing';
  const coming = new Set(added.keys);
  const left = expired.keys.some((name) => !coming.has(name) && krl.fingerprintsSha256.has(digestOf(name)));
  return left ? 'it revokes a key that is not revoked any more' : null;
}

function digestOf(name: string): Uint8Array {
  return Buffer.from(name.slice('SHA256:'.length), 'base64');
}

function rangesOf(entries: KrlEntries, authorityId: string): SerialRuns {
  const parts = entries.serials.filter((each) => each.authorityId === authorityId);
  return serialRunsOfBytes(Buffer.concat(parts.map(({ ranges }) => ranges)));
}
