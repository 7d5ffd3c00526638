import { randomUUID } from 'node:crypto';

const wellFormed = /^[A-Za-z0-9][A-Za-z0-9._-]{7,63}$/;

/** The id of a request: the client's own X-Request-Id where that is 8 to 64 of A-Z a-z 0-9 . _ -, else a random one. */
export function requestId(header: string | string[] | undefined): string {
  return typeof header === 'string' && wellFormed.test(header) ? header : randomUUID();
}
