import { fail } from './errors.js';

/** The value of --limit: 1 to 1,000,000. 'usage_invalid' for anything else. */
export function limitOf(text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  if (!/^[1-9]\d{0,5}$/.test(text) && text !== '1000000')
    fail('usage_invalid', '--limit is a number from 1 to 1000000.');
  return Number(text);
}

/** The value of an option that counts: 1 to 1000. 'usage_invalid' for anything else. */
export function countOf(option: string, text: string): number {
  if (!/^([1-9]\d{0,2}|1000)$/.test(text)) fail('usage_invalid', `${option} is a number from 1 to 1000.`);
  return Number(text);
}

/** '1 key', '3 keys'. */
export function counted(count: number, name: string): string {
  return `${count} ${name}${count === 1 ? '' : 's'}`;
}
