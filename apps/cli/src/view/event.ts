import type { Event } from '@writ/contract';
import { quiet, strong, type Line } from '../terminal/text.js';

/** One event on one line: when, what, to what, by whom, and the rest as name=value. */
export function describeEvent({ at, kind, actor, subject, data }: Event): Line {
  const rest = Object.entries(data).map(([name, value]) => ` ${name}=${plain(value)}`);
  return [
    quiet(at),
    ' ',
    strong(kind),
    ` ${subject} `,
    quiet('by '),
    actor ?? 'nobody',
    quiet(rest.join('')),
  ];
}

function plain(value: unknown): string {
  return typeof value === 'string' && /^[^\s"=]+$/.test(value) ? value : JSON.stringify(value);
}
