import { fingerprint } from '@writ/openssh/key';
import type { HostName } from '@writ/openssh/trust';
import type { Plan } from '@writ/policy';
import {
  bindHostKeys,
  claimKey,
  ensureHostName,
  findKeyClaim,
  isAuthorityKey,
  keyIsRevoked,
  proveHostKey,
  raiseEpochs,
  recordEvent,
  releaseHostKeys,
  unexpiredHostCertificates,
  type CertificateRef,
  type Transaction,
} from '@writ/storage';
import { eventOf, type Actor } from '../events/event-of.js';
import { keyTaken } from '../keys/key-taken.js';
import type { SubjectKey } from '../keys/subject-key.js';
import { refusal } from '../refusal.js';
import { endTrust, takenSince, type TrustEnding } from '../revocations/end-trust.js';

/**
 * Makes every name that the plans still have to claim belong to exactly these keys, in a transaction that holds
 * `lockTrust`. Keys that held a name before lose it, and their unexpired certificates for it are revoked. The keys are claimed
 * within the organization, whatever another one claims: nobody has to have proved them. Ends in `key_taken` (an authority's,
 * anywhere), `request_refused` (a revoked key).
 */
export async function claimHostNames(
  tx: Transaction,
  services: TrustEnding,
  actor: Actor,
  keys: readonly SubjectKey[],
  plans: readonly Plan[],
): Promise<void> {
  const names = new Set(plans.flatMap((plan) => plan.claims.map(({ name }) => name)));
  await giveHostNames(tx, services, actor, keys, [...names]);
}

/** The same for names that are said. */
export async function giveHostNames(
  tx: Transaction,
  services: TrustEnding,
  actor: Actor,
  keys: readonly SubjectKey[],
  names: readonly HostName[],
): Promise<void> {
  const { organizationId, userId } = actor.caller;
  const fingerprints = keys.map(({ key }) => fingerprint(key));
  const ids = new Map<HostName, string>();
  for (const name of names) ids.set(name, await ensureHostName(tx, organizationId, name));
  // First the epochs: they wait for what is just being recorded, so that the certificates read after it are all there are.
  await raiseEpochs(tx, organizationId, [...ids.values()]);
  const replaced: CertificateRef[] = [];
  for (const [name, id] of ids) {
    const released = await releaseHostKeys(tx, organizationId, id, fingerprints);
    await bindHostKeys(tx, organizationId, id, fingerprints);
    if (released.length > 0) {
      const since = takenSince(services);
      replaced.push(...(await unexpiredHostCertificates(tx, organizationId, name, released, since)));
    }
    const data = { fingerprints, ...(released.length === 0 ? {} : { replaced: released }) };
    await recordEvent(
      tx,
      eventOf(actor, released.length === 0 ? 'host.claimed' : 'host.replaced', name, data),
    );
  }
  const [ownerId] = ids.values();
  if (ownerId !== undefined) await claimKeys(tx, organizationId, ownerId, keys);
  const reason = `host name given to other keys: ${names.join(', ')}`.slice(0, 500);
  const subject = names.join(', ').slice(0, 500);
  const ground = { organizationId, reason, cause: 'host', subject, createdById: userId } as const;
  if (replaced.length > 0) await endTrust(tx, services, ground, { certificates: replaced, keys: [] });
}

async function claimKeys(
  tx: Transaction,
  organizationId: string,
  ownerId: string,
  keys: readonly SubjectKey[],
): Promise<void> {
  for (const { key, comment } of keys) {
    const name = fingerprint(key);
    if (await keyIsRevoked(tx, organizationId, name)) {
      const message = 'This key was revoked and is never trusted again; make a new one.';
      throw refusal('request_refused', [{ rule: 'key_revoked', message }]);
    }
    const claim = {
      fingerprint: name,
      organizationId,
      kind: 'host',
      ownerId,
      publicKey: key.blob,
      keyType: key.type,
      comment,
      proved: false,
    } as const;
    if (await isAuthorityKey(tx, name)) {
      throw keyTaken("This is an authority's key; name the host's own public key.");
    }
    if (await claimKey(tx, claim)) continue;
    if ((await findKeyClaim(tx, organizationId, name))?.kind !== 'host') {
      throw keyTaken("This key belongs to another account; name the host's own public key.");
    }
  }
}

/**
 * Makes keys that a host has proved, and that were claimed for its name, the organization's own everywhere. Ends in `key_taken`
 * (proved in another organization).
 */
export async function keepProvedKeys(
  tx: Transaction,
  organizationId: string,
  fingerprints: readonly string[],
): Promise<void> {
  // In one order, so that two hosts with the same keys do not wait for each other.
  for (const name of [...fingerprints].sort()) {
    if (await proveHostKey(tx, organizationId, name)) continue;
    throw keyTaken('One of these keys belongs to another account or host; every host needs keys of its own.');
  }
}
