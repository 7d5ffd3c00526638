import type { HostEnforcement, Revocation, RevocationInFull } from '@writ/contract';
import type { EnforcementSeen } from '../enforcement/await-enforcement.js';
import { enforcementText } from '../enforcement/enforcement-words.js';
import { counted } from '../numbers.js';
import { strong, type Line } from '../terminal/text.js';
import { field, instant } from './fields.js';

/** What was revoked, in words: '3 certificates, 1 key, open sessions'. */
export function amountRevoked({
  certificates,
  keys,
  cut,
}: Pick<Revocation, 'certificates' | 'keys' | 'cut'>): string {
  const parts = [
    ...(certificates === 0 ? [] : [counted(certificates, 'certificate')]),
    ...(keys === 0 ? [] : [counted(keys, 'key')]),
    ...(cut === 0 ? [] : ['open sessions']),
  ];
  return parts.length === 0 ? 'nothing here' : parts.join(', ');
}

function lockOf({ lockedUntil, unlockedAt }: Revocation): readonly Line[] {
  if (lockedUntil === null) return [];
  return [
    field('lock', unlockedAt === null ? `until ${instant(lockedUntil)}` : `ended ${instant(unlockedAt)}`),
  ];
}

export function describeRevocation(each: RevocationInFull): readonly Line[] {
  const shown = each.revokedCertificates.length + each.revokedKeys.length;
  const more = each.certificates + each.keys - shown;
  return [
    field('revocation', each.id),
    field('when', instant(each.at)),
    field('by', each.by ?? 'the service, or somebody from outside'),
    field('what', [strong(`${each.cause} ${each.subject}`.trim())]),
    field('why', each.reason),
    field('revoked', amountRevoked(each)),
    ...(each.cut > 0
      ? [field('sessions', `open ones are ended; ${counted(each.cut, 'line')} of the cut list`)]
      : []),
    ...lockOf(each),
    field('in force from', `KRL version ${each.krlVersion}`),
    ...[...each.revokedCertificates, ...each.revokedKeys].map((name) => field('', name)),
    ...(more > 0 ? [field('', `and ${more} more`)] : []),
    ...each.elsewhere.map(({ organization, certificates, krlVersion, enforcement }) => {
      const on = `enforced on ${enforcement.enforced} of ${counted(enforcement.hosts, 'host')}`;
      const what = `${counted(certificates, 'certificate')}, KRL version ${krlVersion}, ${on}`;
      return field(`in ${organization}`, what);
    }),
  ];
}

/** How each host stands to it: those that have not proved it first. */
export function describeEnforcement(
  seen: EnforcementSeen,
  enforced: readonly HostEnforcement[],
): readonly Line[] {
  const more = seen.totals.enforced - enforced.length;
  return [
    field('enforcement', enforcementText(seen)),
    ...seen.behind.map(({ host }) => field('', `${host}: not yet`)),
    ...seen.silent.map(({ host, lastSeenAt }) =>
      field('', `${host}: ${lastSeenAt === null ? 'never seen' : `silent since ${instant(lastSeenAt)}`}`),
    ),
    ...enforced.map(({ host, since }) =>
      field('', `${host}: enforced${since === null ? '' : ` since ${instant(since)}`}`),
    ),
    ...(more > 0 ? [field('', `and ${more} more that enforce it`)] : []),
  ];
}
