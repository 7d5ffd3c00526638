import type { Failure } from '@writ/contract';
import { findIssued, findUnrecorded, recordEvents, type Transaction } from '@writ/storage';
import { certificateId, parseCertificateId } from '../certificates/certificate-id.js';
import { eventOf, type Actor } from '../events/event-of.js';
import { refusal } from '../refusal.js';
import { endTrust, type CertificateToEnd, type TrustEnding } from './end-trust.js';
import type { RevocationRule } from './revocation-rules.js';

type Named = CertificateToEnd & { readonly id: string };

/**
 * Revokes certificates by name ('user:17'). A serial that was reserved and of which no certificate is recorded (a crash
 * or a restore leaves such gaps) is revoked like one: if somebody has that certificate after all, it ends. Where the
 * serial is still to be used, the certificate that gets it is revoked from the beginning. Ends in `revocation_invalid`, with every name that can mean no
 * certificate, or several.
 */
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
  const failures = ids.flatMap((id) =>
    failureOf(
      id,
      issued.filter((each) => each.id === id),
    ),
  );
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
      .map(({ id, validBefore }) => {
        const unrecorded = validBefore === null ? { recorded: false } : {};
        return eventOf(actor, 'certificate.revoked', id, { reason, krlVersion: version, ...unrecorded });
      }),
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
  const known = new Set(found.map(({ serial }) => serial));
  const unknown = serials.filter((serial) => !known.has(serial));
  const gaps = unknown.length === 0 ? [] : await findUnrecorded(tx, organizationId, type, unknown);
  return [...found, ...gaps.map((gap) => ({ ...gap, validBefore: null }))].map((each) => ({
    ...each,
    id: certificateId({ type, serial: each.serial }),
  }));
}

/** A gap may be one of several authorities: then it is revoked for each, as nobody is known to lose by it. */
function failureOf(id: string, meant: readonly Named[]): readonly (Failure & { rule: RevocationRule })[] {
  if (meant.length === 0) {
    const message = `${id} was never issued here: no serial as high as that was ever given out.`;
    return [{ rule: 'serial_not_given_out', message }];
  }
  if (meant.length === 1 || meant.every(({ validBefore }) => validBefore === null)) return [];
  const message = `Several authorities have issued ${id}; revoke its key instead.`;
  return [{ rule: 'certificate_ambiguous', message }];
}
