import { parseDuration } from '@writ/kernel';
import { usage } from './command-line.js';

/** Shorter and everybody signs in all day; longer and a stolen session outlives the week (seconds). */
const bounds = { least: 300, most: 7 * 86_400 } as const;

/** How long a session may last whatever is done with it, in seconds; undefined: as the database has it. Ends in `usage_invalid`. */
export function sessionLife(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const seconds = parseDuration(text);
  if (seconds === null) throw usage('--session-life is a duration: 30m, 8h, 1h30m, 7d');
  if (seconds < bounds.least || seconds > bounds.most) throw usage('--session-life is between 5m and 7d');
  return seconds;
}
