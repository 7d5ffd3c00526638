import type { Host, HostKeysRequest } from '@writ/contract';
import { ofWhichNobodyKnows } from '../enforcement/enforcement-words.js';
import { bad, good, pieces, strong, warning, type Line, type Span } from '../terminal/text.js';
import { field, instant } from './fields.js';

export function describeHost(host: Host): readonly Line[] {
  const { name, id, labels, joinedAt, lastSeenAt, report, problems, kitIsCurrent } = host;
  const [bundle, revocations] = appliedText(host);
  return [
    field('host', [strong(name), ` (${id})`]),
    field('labels', labelText(labels)),
    field('found at', wayText(host)),
    field('joined', instant(joinedAt)),
    ...keyLines(host.keys),
    field('state', [stateOf(host)]),
    field('last seen', lastSeenAt === null ? 'never' : instant(lastSeenAt)),
    field('bundle', bundle),
    field('revocations', revocations),
    field('enforces', [
      ...pieces(provedText(host)),
      ...(host.proved === null
        ? []
        : [`; proved ${instant(host.proved.since)}, and again ${instant(host.proved.confirmedAt)}`]),
    ]),
    ...unknownLines(host.proved?.unknownSessions ?? 0),
    ...(report === null
      ? []
      : [
          field('clock', clockText(host)),
          field(
            'last sync',
            report.result === 'ok' ? [good('ok')] : [bad(report.result), ` ${report.words}`],
          ),
          field('kit', [
            report.kit,
            ...(kitIsCurrent === false ? [bad(' not the one of this service'), ': `writ host kit`'] : []),
            `, ${report.openssh}`,
          ]),
        ]),
    ...host.waiting.flatMap(describeRequest),
    ...host.refused.map(({ fingerprints, source, expiresAt }) =>
      field('refused', `${fingerprints.join(', ')}, asked for from ${source}; until ${instant(expiresAt)}`),
    ),
    ...problems.map(({ code, words }) => field('wrong', [bad(code), ` ${words}`])),
  ];
}

/** Sessions that no revocation ends. */
function unknownLines(sessions: number): readonly Line[] {
  if (sessions === 0) return [];
  return [field('sessions', [warning(ofWhichNobodyKnows(sessions)), ': `writ sessions list`'])];
}

/** 'ok', or the worst that is wrong with it. */
export function stateOf({ problems }: Pick<Host, 'problems'>): Span {
  return problems[0] === undefined ? good('ok') : bad(problems[0].code);
}

export function labelText(labels: Host['labels']): string {
  const pairs = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
  return pairs.length === 0 ? 'none' : pairs.sort().join(' ');
}

/** Where clients find it, in words. */
export function wayText({ name, address, port, jump }: Pick<Host, 'name' | 'address' | 'port' | 'jump'>) {
  const at = `${address ?? name}${port === null ? '' : `, port ${port}`}`;
  return jump === null ? at : `${at}, through ${jump}`;
}

/** Its bundle and its revocations: what is applied, and what is wanted where that is something else. */
export function appliedText(host: Host): readonly [Line, Line] {
  const { report, bundleVersion, bundleIsCurrent, krlVersion, appliedKrlVersion } = host;
  const has = report === null || report.bundle === '' ? 'none' : report.bundle;
  const wanted = bundleVersion === '0' ? 'none yet' : bundleVersion;
  const same = has === bundleVersion;
  const bundle: Line = !same
    ? [bad(has), `, wanted ${wanted}`]
    : bundleIsCurrent
      ? [good(has)]
      : [warning(has), ', a new one is due'];
  const krl = appliedKrlVersion ?? 'none';
  return [bundle, krl === krlVersion ? [good(krl)] : [bad(krl), `, wanted ${krlVersion}`]];
}

/** The newest KRL that it has proved to enforce. */
export function provedText({ proved, krlVersion }: Pick<Host, 'proved' | 'krlVersion'>): Line {
  if (proved === null) return [bad('none')];
  return proved.krlVersion === krlVersion
    ? [good(krlVersion)]
    : [bad(proved.krlVersion), `, wanted ${krlVersion}`];
}

/** When the first of its certificates ends. */
export function certificatesUntil({ keys }: Pick<Host, 'keys'>): string {
  const trusted = keys.filter(({ revoked }) => !revoked);
  const ends = trusted.flatMap(({ certificateUntil }) => certificateUntil ?? []).sort();
  return ends.length < trusted.length || ends[0] === undefined ? 'missing' : `until ${instant(ends[0])}`;
}

/** How far the host's clock is off. */
export function clockText({ clockOffsetSeconds }: Pick<Host, 'clockOffsetSeconds'>): string {
  if (clockOffsetSeconds === null) return '';
  return clockOffsetSeconds < 0 ? `${-clockOffsetSeconds} s behind` : `${clockOffsetSeconds} s ahead`;
}

export function keyLines(keys: Host['keys']): readonly Line[] {
  return keys.map(({ fingerprint, revoked, certificateUntil }) =>
    field('key', [
      fingerprint,
      ...(revoked ? [' ', bad('revoked')] : []),
      ...(!revoked && certificateUntil !== null ? [`, certified until ${instant(certificateUntil)}`] : []),
    ]),
  );
}

/** Changed keys that wait. Who asks has proved the new keys, and no more: it may be anybody who knows the host's id. */
export function describeRequest({
  fingerprints,
  source,
  askedAt,
  expiresAt,
}: HostKeysRequest): readonly Line[] {
  return [
    field('waiting', [
      warning('somebody who holds these keys asks to be this host'),
      `, from ${source}, ${instant(askedAt)}; good until ${instant(expiresAt)}`,
    ]),
    ...fingerprints.map((fingerprint) => field('new key', [strong(fingerprint)])),
  ];
}
