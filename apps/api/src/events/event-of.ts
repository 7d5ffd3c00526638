import type { NewEvent } from '@writ/storage';
import type { CallerSomewhere } from '../auth/signed-in-caller.js';

/** Who makes a request, and under which id the log knows it. */
export interface Actor {
  readonly caller: CallerSomewhere;
  readonly requestId: string;
}

/**
 * An event that says what the caller did: `subject` as a person would name it, `data` never secret. What somebody from outside
 * did says so for ever, and by which way they were let in.
 */
export function eventOf(
  { caller, requestId }: Actor,
  kind: string,
  subject: string,
  data: Readonly<Record<string, unknown>> = {},
): NewEvent {
  const { outside = null } = caller;
  return {
    organizationId: caller.organizationId,
    kind,
    actor: { id: caller.userId, name: caller.userName },
    subject,
    data: outside === null ? data : { ...data, outside },
    requestId,
  };
}
