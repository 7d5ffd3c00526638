import type { Problem } from '@writ/contract';
import { recordEvent, type ScopedDatabase } from '@writ/storage';
import type { FastifyRequest } from '../http/request.js';
import { pathOf } from '../http/request-log.js';
import { eventOf } from './event-of.js';

/** What somebody who is signed in tried and may not do. Refused certificates have an event of their own, which says more. */
const noted: ReadonlySet<string> = new Set(['permission_missing', 'grant_refused']);

/** Whether a refusal leaves an event. */
export function isNoted(request: FastifyRequest, { code }: Problem): boolean {
  return request.caller !== null && noted.has(code);
}

/**
 * Writes down, in the caller's organization, that they were refused, what they asked for, and every rule that was not met. A
 * transaction of its own: what was asked for has been rolled back. Rejects as the database does.
 */
export async function noteRefusal(
  store: ScopedDatabase,
  request: FastifyRequest,
  { code, failures }: Problem,
): Promise<void> {
  const { caller } = request;
  if (caller === null) return;
  const asked = pathOf(request.url).replace(/^\/v1\/organizations\/[^/]+/, '');
  const subject = `${request.method} ${asked}`.slice(0, 255);
  const data = { code, ...(failures === undefined ? {} : { failures }) };
  await store.within([caller.organizationId], (tx) =>
    recordEvent(tx, eventOf({ caller, requestId: request.id }, 'request.refused', subject, data)),
  );
}
