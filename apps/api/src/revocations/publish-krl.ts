import type { Clock } from '@writ/kernel';
import { canaryKey } from '@writ/hosts';
import { decodeKrl, encodeKrl } from '@writ/openssh/krl';
import {
  currentKrlVersion,
  findOrganization,
  insertKrl,
  listAuthorities,
  liveRevocations,
  type HighWater,
  type Transaction,
} from '@writ/storage';
import { createHash } from 'node:crypto';
import { krlFault, type Added } from './krl-check.js';
import { krlContents } from './krl-contents.js';

export interface KrlPublishing {
  readonly clock: Clock;
  readonly highWater: Pick<HighWater, 'krlVersion' | 'raise'>;
}

/**
 * Makes the organization's next KRL from everything that is revoked now, in the transaction that revokes, which holds
 * `lockTrust`. The version is written down outside the database first, so that no restored database gives it out
 * again. Resolves to the version. Rejects with the codes of `HighWater.raise`, and for a KRL that does not say what it
 * should, which is then never seen.
 */
export async function publishKrl(
  tx: Transaction,
  { clock, highWater }: KrlPublishing,
  organizationId: string,
  added: Added,
): Promise<bigint> {
  const now = clock();
  const authorities = await listAuthorities(tx, organizationId, null, 1000);
  const live = await liveRevocations(tx, organizationId, new Date(now));
  const published = (await currentKrlVersion(tx, organizationId)) ?? 0n;
  const used = highWater.krlVersion(organizationId) ?? 0n;
  const version = (published > used ? published : used) + 1n;
  const organization = await findOrganization(tx, organizationId);
  if (organization === null) throw new TypeError('a KRL is an organization’s');
  const contents = krlContents(
    organization.handle,
    version,
    BigInt(Math.floor(now / 1000)),
    live,
    authorities,
  );
  const bytes = encodeKrl(contents);
  const fault = krlFault(decodeKrl(bytes), authorities, {
    ...added,
    keys: [...added.keys, canaryKey(organization.handle).blob],
  });
  if (fault !== null) throw new Error(`The KRL that was just made is wrong: ${fault}.`);
  await highWater.raise({ krlVersions: new Map([[organizationId, version]]) });
  await insertKrl(tx, organizationId, {
    version,
    bytes,
    sha256: createHash('sha256').update(bytes).digest(),
  });
  return version;
}
