import type { Host } from '@writ/contract';
import { bad, good, strong, type Line } from '../terminal/text.js';
import { field, instant } from './fields.js';

export function describeHost({
  name,
  id,
  labels,
  joinedAt,
  lastSeenAt,
  bundleVersion,
  report,
  kitIsCurrent,
}: Host): readonly Line[] {
  return [
    field('host', [strong(name), ` (${id})`]),
    field('labels', labelText(labels)),
    field('joined', instant(joinedAt)),
    field('last seen', lastSeenAt === null ? 'never' : instant(lastSeenAt)),
    field('bundle', bundleVersion === '0' ? 'none yet' : bundleVersion),
    ...(report === null
      ? []
      : [
          field('applied', [
            report.bundle === bundleVersion ? good('this bundle') : bad(report.bundle || 'none'),
          ]),
          field('state', report.result === 'ok' ? [good('ok')] : [bad(report.result), ` ${report.words}`]),
          field('kit', [
            report.kit,
            ...(kitIsCurrent === false ? [bad(' not the one of this service'), ': `writ host kit`'] : []),
            `, ${report.openssh}`,
          ]),
        ]),
  ];
}

export function labelText(labels: Host['labels']): string {
  const pairs = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
  return pairs.length === 0 ? 'none' : pairs.sort().join(' ');
}
