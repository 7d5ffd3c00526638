import { quiet, type Line } from '../terminal/text.js';

/** 'name   rest', the names in one column of `width`. */
export function field(name: string, rest: Line, width = 18): Line {
  return [quiet(`  ${name.padEnd(width)}`), ...(typeof rest === 'string' ? [rest] : rest)];
}

/** '2026-01-31T08:00:00.000Z' as '2026-01-31 08:00 UTC'; anything else as it is. */
export function instant(text: string): string {
  const [, day, minute] = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}):\d{2}\.\d{3}Z$/.exec(text) ?? [];
  return day === undefined || minute === undefined ? text : `${day} ${minute} UTC`;
}
