import { fail } from './errors.js';

/** The value of --limit: 1 to 1,000,000. 'usage_invalid' for anything else. */
export function limitOf(text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  if (!/^[1-9]\d{0,5}$/.test(text) && text !== '1000000')
    fail('usage_invalid', '--limit is a number from 1 to 1000000.');
  return Number(text);
}
