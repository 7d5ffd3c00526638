import type { ProblemCode } from '@writ/contract';
import { CodedError } from '@writ/kernel';

/** The opaque text that names a place in a list: base64url of a JSON array, the list's name first. */
export function cursorAt(list: string, place: readonly string[]): string {
  return Buffer.from(JSON.stringify([list, ...place])).toString('base64url');
}

type Reader = (text: string) => string | bigint | Date | undefined;
type Place<Readers extends readonly Reader[]> = {
  [Index in keyof Readers]: Exclude<ReturnType<Readers[Index]>, undefined>;
};

/**
 * The place that a cursor of `list` names, each part as its reader understands it; null without a cursor. A reader
 * answers undefined for what no page of the list ever named. Ends in `cursor_invalid`.
 */
export function placeAt<const Readers extends readonly Reader[]>(
  list: string,
  cursor: string | undefined,
  readers: Readers,
): Place<Readers> | null {
  if (cursor === undefined) return null;
  const [name, ...parts] = partsOf(cursor);
  const place = parts.map((text, index) => readers[index]?.(text));
  const own = name === list && parts.length === readers.length && cursorAt(list, parts) === cursor;
  if (own && !place.includes(undefined)) return place as Place<Readers>;
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
  /** Of a user or role. */
  name: (text: string) => (/^[a-z0-9][a-z0-9._+@-]{0,127}$/.test(text) ? text : undefined),
  fingerprint: (text: string) => (/^SHA256:[A-Za-z0-9+/]{43}$/.test(text) ? text : undefined),
  uuid: (text: string) => (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text) ? text : undefined),
  /** As a host calls a session. */
  sessionId: (text: string) => (/^[A-Za-z0-9_-]{1,64}$/.test(text) ? text : undefined),
  /** From 1970 on. */
  instant(text: string): Date | undefined {
    const at = new Date(text);
    return at.getTime() >= 0 && at.toISOString() === text ? at : undefined;
  },
  /** 0 … 2^63 − 1, what a bigint column holds. */
  number(text: string): bigint | undefined {
    if (!/^(0|[1-9][0-9]{0,18})$/.test(text)) return undefined;
    const value = BigInt(text);
    return value < 1n << 63n ? value : undefined;
  },
} as const;
