import type { Revocation, RevocationInFull } from '@writ/contract';
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
    ...each.elsewhere.map(({ organization, certificates, krlVersion }) =>
      field(`in ${organization}`, `${counted(certificates, 'certificate')}, KRL version ${krlVersion}`),
    ),
  ];
}
