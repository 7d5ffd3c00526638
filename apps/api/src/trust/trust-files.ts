import { findOrganization, listAuthorities, type ScopedDatabase } from '@writ/storage';
import { createHash } from 'node:crypto';
import type { FileContent } from '../http/route-input.js';
import { noOrganization } from '../refusal.js';
import type { KrlShelf } from './published-krl.js';
import { knownHostsLines, userAuthorityLines } from './trust-lines.js';

/** Lines change when an authority does, which is rare and announced; a KRL is wanted as fresh as it is cheap to ask. */
const linesMaxAge = 60;
const krlMaxAge = 5;

/** The organization's TrustedUserCAKeys file. Ends in `not_found`. */
export async function userAuthoritiesFile(
  store: ScopedDatabase,
  organizationId: string,
): Promise<FileContent> {
  const { authorities, organization } = await trustMaterial(store, organizationId);
  return textFile(userAuthorityLines(authorities, organization.name));
}

/** The organization's `@cert-authority` lines. Ends in `not_found`. */
export async function knownHostsFile(store: ScopedDatabase, organizationId: string): Promise<FileContent> {
  const { authorities, organization } = await trustMaterial(store, organizationId);
  return textFile(knownHostsLines(authorities, organization.namePatterns, organization.name));
}

/** The organization's current KRL, for RevokedKeys. */
export async function krlFile(shelf: KrlShelf, organizationId: string): Promise<FileContent> {
  const { bytes, version, sha256 } = await shelf.current(organizationId);
  return { bytes, etag: `${version}-${sha256.slice(0, 32)}`, maxAgeSeconds: krlMaxAge };
}

function trustMaterial(store: ScopedDatabase, organizationId: string) {
  return store.within([organizationId], async (tx) => {
    const organization = await findOrganization(tx, organizationId);
    if (organization === null) throw noOrganization();
    return { organization, authorities: await listAuthorities(tx, organizationId, null, 1000) };
  });
}

/** Lines, under the digest of them as tag. */
export function textFile(text: string): FileContent {
  const bytes = Buffer.from(text);
  const etag = createHash('sha256').update(bytes).digest('hex').slice(0, 32);
  return { bytes, etag, maxAgeSeconds: linesMaxAge };
}
