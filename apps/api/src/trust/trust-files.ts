import { seconds, type Clock } from '@writ/kernel';
import {
  knownHostsLinesOf,
  revokedLinesOf,
  userAuthorityLinesOf,
  type BelievedAuthorities,
} from '@writ/openssh/trust';
import { findOrganization, listAuthorities, type ScopedDatabase, type Transaction } from '@writ/storage';
import { createHash } from 'node:crypto';
import type { FileContent } from '../http/route-input.js';
import { noOrganization } from '../refusal.js';
import { believed } from './believed.js';
import type { KrlShelf } from './published-krl.js';
import type { SignedKrls } from './signed-krl.js';

export interface TrustReading {
  readonly store: ScopedDatabase;
  readonly clock: Clock;
}

/** Lines change when an authority does, which is rare and announced; a KRL is wanted as fresh as it is cheap to ask. */
const linesMaxAge = 60;
const krlMaxAge = 5;

/** The organization's TrustedUserCAKeys file. Ends in `not_found`. */
export async function userAuthoritiesFile(
  services: TrustReading,
  organizationId: string,
): Promise<FileContent> {
  return linesFile(userAuthorityLinesOf(await trustMaterial(services, organizationId)));
}

/** The organization's `@cert-authority` lines, and `@revoked` ones. Ends in `not_found`. */
export async function knownHostsFile(services: TrustReading, organizationId: string): Promise<FileContent> {
  const material = await trustMaterial(services, organizationId);
  return linesFile([...knownHostsLinesOf(material), ...revokedLinesOf(material)]);
}

/** The organization's current KRL, for RevokedKeys. */
export async function krlFile(shelf: KrlShelf, organizationId: string): Promise<FileContent> {
  const { bytes, version, sha256 } = await shelf.current(organizationId);
  return { bytes, etag: `${version}-${sha256.slice(0, 32)}`, maxAgeSeconds: krlMaxAge };
}

/** The SSHSIG of that KRL. Ends in `not_found` where nothing signs yet. */
export async function krlSignatureFile(signed: SignedKrls, organizationId: string): Promise<FileContent> {
  const { signature } = await signed(organizationId);
  return { ...textFile(signature), maxAgeSeconds: krlMaxAge };
}

/** What is to be believed of the organization now. Ends in `not_found`. */
export async function believedNow(
  tx: Transaction,
  clock: Clock,
  organizationId: string,
): Promise<BelievedAuthorities> {
  const organization = await findOrganization(tx, organizationId);
  if (organization === null) throw noOrganization();
  return believed(organization, await listAuthorities(tx, organizationId, null, 1000), seconds(clock));
}

function trustMaterial({ store, clock }: TrustReading, organizationId: string) {
  return store.within([organizationId], (tx) => believedNow(tx, clock, organizationId));
}

function linesFile(lines: readonly string[]): FileContent {
  return textFile(lines.map((line) => `${line}\n`).join(''));
}

/** Lines, under the digest of them as tag. */
export function textFile(text: string): FileContent {
  const bytes = Buffer.from(text);
  const etag = createHash('sha256').update(bytes).digest('hex').slice(0, 32);
  return { bytes, etag, maxAgeSeconds: linesMaxAge };
}
