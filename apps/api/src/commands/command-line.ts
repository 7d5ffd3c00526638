import { CodedError } from '@writ/kernel';
import { parseArgs, type ParseArgsConfig } from 'node:util';
import type { ApiErrorCode } from '../errors.js';

export type Options = NonNullable<ParseArgsConfig['options']>;
type Parsed<O extends Options> = ReturnType<
  typeof parseArgs<{ args: string[]; options: O; allowPositionals: true; strict: true }>
>;

/**
 * Parses a command's words. Ends in `usage_invalid`.
 * @param places most words that are no options
 */
export function parseWords<const O extends Options>(
  words: readonly string[],
  options: O,
  places: number,
): Parsed<O> {
  try {
    const parsed = parseArgs({ args: [...words], options, allowPositionals: true, strict: true });
    if (parsed.positionals.length > places)
      throw new Error(`unexpected ${parsed.positionals.slice(places).join(' ')}`);
    return parsed;
  } catch (error) {
    throw usage(error instanceof Error ? error.message : String(error));
  }
}

/** The error for words that make no sense. */
export function usage(why: string): CodedError<ApiErrorCode> {
  return new CodedError<ApiErrorCode>('usage_invalid', `${why.replace(/\.$/, '')}; see --help.`);
}
