import { raiseEpochs, recordEvent, unexpiredCertificatesOfRole, type Transaction } from '@writ/storage';
import { eventOf, type Actor } from '../events/event-of.js';
import { knownRole } from '../roles/read-roles.js';
import { endTrust, takenSince, type TrustEnding } from './end-trust.js';
import { certificatesRevoked, type Revoked, type Revoking } from './revoking.js';

/**
 * Revokes every certificate of a role, whoever has it; who is in the role stays in it, and may have another certificate at once. Ends in
 * `not_found`.
 */
export async function revokeRole(
  tx: Transaction,
  services: TrustEnding,
  actor: Actor,
  name: string,
  { reason, cut, act }: Revoking,
): Promise<Revoked> {
  const { organizationId, userId } = actor.caller;
  const role = await knownRole(tx, organizationId, name);
  // First the epoch: it waits for what is just being recorded, so that the certificates read after it are all there are.
  await raiseEpochs(tx, organizationId, [role.id]);
  const resting = await unexpiredCertificatesOfRole(tx, organizationId, role.id, takenSince(services));
  const ground = { organizationId, reason, cause: 'role', subject: name, createdById: userId, cut } as const;
  const ended = await endTrust(tx, services, ground, { certificates: resting, keys: [] }, { act });
  const revoked = certificatesRevoked(ended.krlVersion, ended);
  if (!revoked.alreadyRevoked) {
    const { certificates, krlVersion } = revoked;
    const data = { reason, certificates, ...(cut ? { cut: revoked.cut } : {}), krlVersion };
    await recordEvent(tx, eventOf(actor, 'role.certificates_revoked', name, data));
  }
  return revoked;
}
