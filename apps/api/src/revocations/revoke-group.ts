import {
  raiseEpochs,
  recordEvent,
  rolesThroughGroup,
  unexpiredCertificatesOfHoldings,
  usersInGroups,
  type Transaction,
} from '@writ/storage';
import type { SignedInCaller } from '../auth/signed-in-caller.js';
import { endGroupAcross } from '../delegations/across.js';
import { eventOf, type Actor } from '../events/event-of.js';
import { knownGroup } from '../groups/read-groups.js';
import { endTrust, takenSince, type TrustEnding } from './end-trust.js';
import { certificatesRevoked, type Revoked, type Revoking } from './revoking.js';

/**
 * Revokes every certificate that somebody in a group has of a role which the group gives, at whatever depth, here and in customers; who is
 * in it stays in it, and may have another certificate at once. Ends in `not_found`.
 */
export async function revokeGroup(
  tx: Transaction,
  services: TrustEnding,
  actor: Actor & { readonly caller: SignedInCaller },
  name: string,
  { reason, cut, act }: Revoking,
): Promise<Revoked> {
  const { organizationId, userId } = actor.caller;
  const group = await knownGroup(tx, organizationId, name);
  const roles = await rolesThroughGroup(tx, organizationId, group.id);
  const people = await usersInGroups(tx, organizationId, [group.id]);
  // First the epochs: they wait for what is just being recorded, so that the certificates read after it are all there are.
  await raiseEpochs(
    tx,
    organizationId,
    roles.map(({ id }) => id),
  );
  const holdings = people.flatMap((person) => roles.map((role) => ({ userId: person.id, roleId: role.id })));
  const since = takenSince(services);
  const resting = await unexpiredCertificatesOfHoldings(tx, organizationId, holdings, since);
  const ground = { organizationId, reason, cause: 'group', subject: name, createdById: userId, cut } as const;
  const ended = await endTrust(tx, services, ground, { certificates: resting, keys: [] }, { act });
  const users = people.map(({ id }) => id);
  const elsewhere = await endGroupAcross(tx, services, actor, ground, act, { groupId: group.id, users });
  const revoked = certificatesRevoked(ended.krlVersion, {
    certificates: ended.certificates + elsewhere.certificates,
    cut: ended.cut + elsewhere.cut,
  });
  if (!revoked.alreadyRevoked) {
    const { certificates, krlVersion } = revoked;
    const data = { reason, certificates, ...(cut ? { cut: revoked.cut } : {}), krlVersion };
    await recordEvent(tx, eventOf(actor, 'group.certificates_revoked', name, data));
  }
  return revoked;
}
