import type { Failure } from '@writ/contract';
import { isCodedError } from '@writ/kernel';
import { recordEvent, type ScopedDatabase } from '@writ/storage';
import { eventOf, type Actor } from '../events/event-of.js';
import { refusal } from '../refusal.js';

/** The failed rules of a refusal; null for anything else that was thrown. */
export function failuresOf(error: unknown): readonly Failure[] | null {
  return isCodedError(error, 'request_refused') ? (error.details['failures'] as readonly Failure[]) : null;
}

/**
 * Writes a refusal down and makes it the answer, with every rule that was not met. `subject` is who or what was to be
 * certified. Resolves to the error to throw; rejects as the database does.
 */
export async function refused(
  store: ScopedDatabase,
  actor: Actor,
  subject: string,
  failures: readonly Failure[],
  asked: Readonly<Record<string, unknown>>,
) {
  const event = eventOf(actor, 'certificate.refused', subject, { ...asked, failures });
  await store.within([actor.caller.organizationId], (tx) => recordEvent(tx, event));
  return refusal('request_refused', failures);
}
