import type { Clock } from '@writ/kernel';
import { canaryKey } from '@writ/hosts';
import { fingerprint } from '@writ/openssh/key';
import { decodeKrl, encodeKrl, type KrlContents } from '@writ/openssh/krl';
import {
  currentKrlVersion,
  databasePutBack,
  findOrganization,
  insertKrl,
  isHeldBack,
  listAuthorities,
  liveRevocations,
  revocationsSince,
  type AuthorityRow,
  type HighWater,
  type KrlEntriesSince,
  type Transaction,
} from '@writ/storage';
import { createHash } from 'node:crypto';
import { krlFault, type Added } from './krl-check.js';
import { krlContents, krlContentsAfter, type KrlHead } from './krl-contents.js';
import { keepKrl, previousKrl } from './previous-krl.js';

export interface KrlPublishing {
  readonly clock: Clock;
  readonly highWater: Pick<HighWater, 'krlVersion' | 'publishedKrl' | 'raise'>;
}

/** The version of the KRL that is published next, in a transaction that holds `lockTrust`. */
export async function nextKrlVersion(
  tx: Transaction,
  { highWater }: Pick<KrlPublishing, 'highWater'>,
  organizationId: string,
): Promise<bigint> {
  const published = (await currentKrlVersion(tx, organizationId)) ?? 0n;
  const used = highWater.krlVersion(organizationId) ?? 0n;
  return (published > used ? published : used) + 1n;
}

/**
 * Makes the organization's next KRL from the one before it and what was revoked and has expired since, in the
 * transaction that revokes, which holds `lockTrust`: with a million entries it takes a fraction of a second. The version is
 * written down outside the database first, so that no restored database gives it out again. Resolves to the version.
 * Rejects with the codes of `HighWater.raise`, with `database_put_back` where a later one was published than the database holds, and for a KRL that does not say what it should, which is then never seen.
 */
export async function publishKrl(
  tx: Transaction,
  services: KrlPublishing,
  organizationId: string,
  added: Added,
): Promise<bigint> {
  const now = services.clock();
  const previous = await previousKrl(tx, services.highWater, organizationId);
  // By a clock that was ahead it may have left out what has not expired yet.
  if (previous === null || Number(previous.generatedAt) * 1000 > now)
    return publishWholeKrl(tx, services, organizationId, added);
  const { version, generatedAt } = previous;
  const made = new Date(Number(generatedAt) * 1000);
  const since = await revocationsSince(tx, organizationId, { version, made }, new Date(now));
  return publish(tx, services, organizationId, now, version, {
    added,
    since,
    contents: (head, authorities) => krlContentsAfter(previous, head, since, authorities),
  });
}

/**
 * The same from everything that is revoked now: for the first KRL, and where the one before may not say what the database
 * does. Takes seconds with a million entries.
 */
export async function publishWholeKrl(
  tx: Transaction,
  services: KrlPublishing,
  organizationId: string,
  added: Added = { certificates: [], keys: [] },
): Promise<bigint> {
  const now = services.clock();
  const published = (await currentKrlVersion(tx, organizationId)) ?? 0n;
  const live = await liveRevocations(tx, organizationId, new Date(now));
  return publish(tx, services, organizationId, now, published, {
    added,
    since: { added: live, expired: { serials: [], keys: [] } },
    contents: (head, authorities) => krlContents(head, live, authorities),
  });
}

interface Making {
  readonly added: Added;
  readonly since: KrlEntriesSince;
  readonly contents: (head: KrlHead, authorities: readonly AuthorityRow[]) => KrlContents;
}

async function publish(
  tx: Transaction,
  { highWater }: KrlPublishing,
  organizationId: string,
  now: number,
  published: bigint,
  { added, since, contents }: Making,
): Promise<bigint> {
  if (published < (highWater.publishedKrl(organizationId) ?? 0n) || (await isHeldBack(tx)))
    throw databasePutBack();
  const authorities = await listAuthorities(tx, organizationId, null, 1000);
  const organization = await findOrganization(tx, organizationId);
  if (organization === null) throw new TypeError('a KRL is an organization’s');
  const organizationHandle = organization.handle;
  const used = highWater.krlVersion(organizationId) ?? 0n;
  const version = (published > used ? published : used) + 1n;
  const head = { organizationHandle, version, generatedAt: BigInt(Math.floor(now / 1000)) };
  const bytes = encodeKrl(contents(head, authorities));
  const canary = canaryKey(organizationHandle);
  const always = { fingerprint: fingerprint(canary), publicKey: canary.blob };
  const withCanary = { ...added, keys: [...added.keys, always] };
  const krl = decodeKrl(bytes);
  const fault = krlFault(krl, authorities, withCanary, since);
  if (fault !== null) throw new Error(`The KRL that was just made is wrong: ${fault}.`);
  await highWater.raise({ krlVersions: new Map([[organizationId, version]]) });
  const sha256 = createHash('sha256').update(bytes).digest();
  await insertKrl(tx, organizationId, { version, bytes, sha256 }, new Date(now));
  keepKrl(highWater, organizationId, { krl, bytes: bytes.length, sha256 });
  return version;
}
