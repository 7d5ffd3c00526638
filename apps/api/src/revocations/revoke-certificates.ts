import type { Failure } from '@writ/contract';
import { findIssued, findUnrecorded, raiseEpochs, recordEvents, type Transaction } from '@writ/storage';
import { certificateId, parseCertificateId } from '../certificates/certificate-id.js';
import { eventOf, type Actor } from '../events/event-of.js';
import { refusal } from '../refusal.js';
import { endTrust, type CertificateToEnd, type TrustEnding } from './end-trust.js';
import type { RevocationRule } from './revocation-rules.js';
import type { Revoking } from './revoking.js';

type Named = CertificateToEnd & { readonly id: string };

/**
 * Revokes certificates by name ('user:17'). A serial that was reserved and of which no certificate is recorded (a crash
 * or a restore leaves such gaps) is revoked like one: if somebody has that certificate after all, it ends. Where the
 * serial is still to be used it never is: the authority's epoch rises, which ends every block of its serials. Ends in `revocation_invalid`, with every name that can mean no
 * certificate, or several.
 */
export async function revokeCertificates(
  tx: Transaction,
  services: TrustEnding,
  actor: Actor,
  ids: readonly string[],
  { reason, cut, act }: Revoking,
) {
  const { organizationId, userId } = actor.caller;
  let issued = await issuedUnder(tx, organizationId, ids);
  const failures = failuresOf(ids, issued);
  if (failures.length > 0) throw refusal('revocation_invalid', failures);
  const gaps = issued.filter(({ validBefore }) => validBefore === null);
  if (gaps.length > 0) {
    await raiseEpochs(tx, organizationId, [...new Set(gaps.map(({ authorityId }) => authorityId))]);
    // What was just being recorded under one of them is recorded by now, and nothing will be any more.
    issued = await issuedUnder(tx, organizationId, ids);
  }
  const subject = runsOf(ids).join(', ').slice(0, 500);
  const ground = { organizationId, reason, cause: 'certificate', subject, createdById: userId, cut } as const;
  const ending = { certificates: issued, keys: [] };
  const ended = await endTrust(tx, services, ground, ending, { act });
  const { certificates, krlVersion, revoked } = ended;
  const version = krlVersion.toString();
  const fresh = new Set(revoked.map(key));
  await recordEvents(
    tx,
    issued
      .filter((each) => fresh.has(key(each)))
      .map(({ id, validBefore }) => {
        const unrecorded = validBefore === null ? { recorded: false } : {};
        return eventOf(actor, 'certificate.revoked', id, { reason, krlVersion: version, ...unrecorded });
      }),
  );
  const known = new Set(issued.flatMap((each) => (each.validBefore === null ? [] : [key(each)])));
  const certificatesEnded = revoked.filter((each) => known.has(key(each))).length;
  return {
    krlVersion: version,
    certificates: certificatesEnded,
    serials: certificates - certificatesEnded,
    keys: 0,
    sessionsEnded: 0,
    cut: ended.cut,
    alreadyRevoked: certificates === 0,
  };
}

async function issuedUnder(
  tx: Transaction,
  organizationId: string,
  ids: readonly string[],
): Promise<readonly Named[]> {
  return [
    ...(await issuedAs(tx, organizationId, 'user', ids)),
    ...(await issuedAs(tx, organizationId, 'host', ids)),
  ];
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

function key({ authorityId, serial }: Pick<Named, 'authorityId' | 'serial'>): string {
  return `${authorityId} ${serial}`;
}

type RevocationFailure = Failure & { readonly rule: RevocationRule };

/** Why these cannot be revoked: one failure for each run of serials that were never given out, and for each ambiguous one. */
function failuresOf(ids: readonly string[], issued: readonly Named[]): readonly RevocationFailure[] {
  const meant = new Map<string, Named[]>();
  for (const each of issued) meant.set(each.id, [...(meant.get(each.id) ?? []), each]);
  const unknown = ids.filter((id) => !meant.has(id));
  // A gap may be one of several authorities: then it is revoked for each, as nobody is known to lose by it.
  const ambiguous = [...meant].filter(
    ([, named]) => named.length > 1 && named.some(({ validBefore }) => validBefore !== null),
  );
  return [
    ...runsOf(unknown).map((run): RevocationFailure => {
      const message = `${run}: never issued here, no serial as high as that was ever given out.`;
      return { rule: 'serial_not_given_out', message };
    }),
    ...ambiguous.map(([id]): RevocationFailure => {
      const message = `Several authorities have issued ${id}; revoke its key instead.`;
      return { rule: 'certificate_ambiguous', message };
    }),
  ];
}

/** 'user:5', 'user:6', 'user:9' as 'user:5..6', 'user:9'; what is no serial at all stays as it is. */
function runsOf(ids: readonly string[]): readonly string[] {
  const runs: { readonly type: string; readonly first: bigint; last: bigint }[] = [];
  const others: string[] = [];
  for (const id of ids) {
    const name = parseCertificateId(id);
    const run = runs.at(-1);
    if (name === null) others.push(id);
    else if (run?.type === name.type && run.last + 1n === name.serial) run.last = name.serial;
    else runs.push({ type: name.type, first: name.serial, last: name.serial });
  }
  const texts = runs.map(({ type, first, last }) => `${type}:${first}${first === last ? '' : `..${last}`}`);
  return [...texts, ...others];
}
