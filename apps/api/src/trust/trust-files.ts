import { seconds, type Clock } from '@writ/kernel';
import {
  knownHostsLinesOf,
  revokedLinesOf,
  userAuthorityLinesOf,
  type BelievedAuthorities,
} from '@writ/openssh/trust';
import { findOrganization, listAuthorities, type ScopedDatabase, type Transaction } from '@writ/storage';
import { createHash } from 'node:crypto';
import type { Held } from '../http/held.js';
import type { FileContent } from '../http/route-input.js';
import { noOrganization } from '../refusal.js';
import { believed } from './believed.js';
import type { KrlShelf, PublishedKrl } from './published-krl.js';
import type { SignedKrls } from './signed-krl.js';
import type { WaitingReaders } from './waiting-readers.js';

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

export interface KrlReading {
  readonly krls: KrlShelf;
  readonly waitingReaders: WaitingReaders;
}

/**
 * The organization's current KRL, for RevokedKeys, with the address at which this version stays; with `wait` (seconds), if it is the one
 * that they hold, as soon as there is another one. Ends in what `WaitingReaders.current` ends in.
 */
export async function currentKrlFile(
  { krls, waitingReaders }: KrlReading,
  organizationId: string,
  { wait, source, held }: { readonly wait: number; readonly source: string; readonly held: Held },
): Promise<FileContent> {
  const krl =
    wait === 0
      ? await krls.current(organizationId)
      : await waitingReaders.current(organizationId, {
          waitMs: wait * 1_000,
          source,
          holds: (each) => held.holds(krlTag(each)),
          onWait: (leave) => held.begin(leave),
        });
  return {
    bytes: krl.bytes,
    etag: krlTag(krl),
    // A cache knows an answer by its address alone: kept, it would be told to whoever waits for the next one, at once.
    maxAgeSeconds: wait === 0 ? krlMaxAge : null,
    location: `krls/${krl.version}`,
  };
}

/** One version of it. Ends in `not_found` where it is not kept. */
export async function keptKrlFile(
  shelf: KrlShelf,
  organizationId: string,
  version: bigint,
): Promise<FileContent> {
  const krl = await shelf.kept(organizationId, version);
  return { bytes: krl.bytes, etag: krlTag(krl), maxAgeSeconds: 'for ever' };
}

/**
 * The SSHSIG of the current KRL, or of that version. It is another one when another key signs, so that it is not kept for long.
 * Ends in `not_found` where nothing signs yet, or the version is not kept.
 */
export async function krlSignatureFile(
  signed: SignedKrls,
  organizationId: string,
  wanted?: bigint,
): Promise<FileContent> {
  const { signature, version } = await signed(organizationId, wanted);
  const file = { ...textFile(signature), maxAgeSeconds: krlMaxAge };
  return wanted === undefined ? { ...file, location: `krls/${version}.sig` } : file;
}

function krlTag({ version, sha256 }: PublishedKrl): string {
  return `${version}-${sha256.slice(0, 32)}`;
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
