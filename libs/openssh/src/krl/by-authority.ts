import { refuse } from '../refuse.js';
import type { CertificatesToRevoke } from './types.js';

/** What is revoked of each authority, by the bytes of its key: 'krl_authority_repeated'. */
export function byAuthority(
  certificates: readonly CertificatesToRevoke[],
): ReadonlyMap<string, CertificatesToRevoke> {
  const found = new Map(
    certificates.map((each) => [Buffer.from(each.authority?.blob ?? []).toString('latin1'), each]),
  );
  if (found.size !== certificates.length) {
    refuse('krl_authority_repeated', 'An authority is named twice; put all that it revokes together.');
  }
  return found;
}
