import type { ProblemCode } from '@writ/contract';
import { CodedError } from '@writ/kernel';

/** The opaque text that names a place in a list: base64url of a JSON array, the list's name first. */
export function cursorAt(list: string, place: readonly string[]): string {
  return Buffer.from(JSON.stringify([list, ...place])).toString('base64url');
}

/**
 * The place that a cursor of `list` names, as `read` understands its parts; null without a cursor.
 * `read` answers undefined for parts that no page of this list ever named. Ends in `cursor_invalid`.
 */
export function placeAt<Place>(
  list: string,
  cursor: string | undefined,
  read: (parts: readonly string[]) => Place | undefined,
): Place | null {
  if (cursor === undefined) return null;
  const [name, ...parts] = partsOf(cursor);
  const place = name === list && cursorAt(list, parts) === cursor ? read(parts) : undefined;
  if (place !== undefined) return place;
  throw new CodedError<ProblemCode>(
    'cursor_invalid',
    'This cursor is not one of this list; leave it out to start at the first page.',
  );
}

function partsOf(cursor: string): readonly string[] {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    return Array.isArray(parsed) && parsed.every((part) => typeof part === 'string') ? parsed : [];
  } catch {
    return [];
  }
}

/** The parts that cursors are made of, read strictly: undefined for anything else. */
export const part = {
  text: (text: string | undefined) => (text !== undefined && /^[^\p{Cc}\p{Cs}]+$/u.test(text) ? text : undefined),
  uuid: (text: string | undefined) =>
    text !== undefined && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text) ? text : undefined,
  instant(text: string | undefined): Date | undefined {
    const at = new Date(text ?? '');
    return !Number.isNaN(at.getTime()) && at.toISOString() === text ? at : undefined;
  },
  /** 0 … 2^63 − 1, what a bigint column holds. */
  number(text: string | undefined): bigint | undefined {
    if (text === undefined || !/^(0|[1-9][0-9]{0,18})$/.test(text)) return undefined;
    const value = BigInt(text);
    return value < 1n << 63n ? value : undefined;
  },
} as const;
