import type { Failure } from '@writ/contract';
import { findIssued, recordEvents, type CertificateRef, type Transaction } from '@writ/storage';
import { certificateId, parseCertificateId } from '../certificates/certificate-id.js';
import { eventOf, type Actor } from '../events/event-of.js';
import { refusal } from '../refusal.js';
import { endTrust, type TrustEnding } from './end-trust.js';

type Named = CertificateRef & { readonly id: string };

/** Revokes certificates by name ('user:17'). Ends in `revocation_invalid`, with every name that means no certificate. */
export async function revokeCertificates(
  tx: Transaction,
  services: TrustEnding,
  actor: Actor,
  ids: readonly string[],
  reason: string,
) {
  const { organizationId, userId } = actor.caller;
  const issued = [
    ...(await issuedAs(tx, organizationId, 'user', ids)),
    ...(await issuedAs(tx, organizationId, 'host', ids)),
  ];
  const failures = ids.flatMap((id) => failureOf(id, issued.filter((each) => each.id === id).length));
  if (failures.length > 0) throw refusal('revocation_invalid', failures);
  const ground = { organizationId, reason, cause: 'certificate', createdById: userId } as const;
  const { certificates, krlVersion, revoked } = await endTrust(tx, services, ground, {
    certificates: issued,
    keys: [],
  });
  const version = krlVersion.toString();
  const fresh = new Set(revoked.map(({ authorityId, serial }) => `${authorityId} ${serial}`));
  await recordEvents(
    tx,
    issued
      .filter(({ authorityId, serial }) => fresh.has(`${authorityId} ${serial}`))
      .map(({ id }) => eventOf(actor, 'certificate.revoked', id, { reason, krlVersion: version })),
  );
  return { krlVersion: version, certificates, keys: 0, sessionsEnded: 0, alreadyRevoked: certificates === 0 };
}

async function issuedAs(
  tx: Transaction,
  organizationId: string,
  type: 'user' | 'host',
  ids: readonly string[],
): Promise<readonly Named[]> {
  const serials = ids.flatMap((id) => {
    const name = parseCertificateId(id);
    return name?.type === type ? [name.serial] : [];
  });
  if (serials.length === 0) return [];
  const found = await findIssued(tx, organizationId, type, serials);
  return found.map((each) => ({ ...each, id: certificateId({ type, serial: each.serial }) }));
}

function failureOf(id: string, found: number): readonly Failure[] {
  if (found === 1) return [];
  return found === 0
    ? [{ rule: 'certificate_unknown', message: `${id} was never issued here.` }]
    : [
        {
          rule: 'certificate_ambiguous',
          message: `Several authorities have issued ${id}; revoke its key instead.`,
        },
      ];
}
