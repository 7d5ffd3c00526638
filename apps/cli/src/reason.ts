import { Reason } from '@writ/contract';
import { fail } from './errors.js';

/** What --reason says, in words that the service keeps. 'usage_invalid'. */
export function reasonOf(text: string): string {
  if (text.trim() === '') fail('usage_invalid', 'Say why: --reason "laptop lost".');
  const parsed = Reason.safeParse(text);
  if (parsed.success) return parsed.data;
  return fail('usage_invalid', '--reason is one line of text with at most 500 characters.');
}
