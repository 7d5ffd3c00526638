import type { Caller } from '@writ/policy';
import type { NewEvent } from '@writ/storage';

/** Who makes a request, and under which id the log knows it. */
export interface Actor {
  readonly caller: Caller;
  readonly requestId: string;
}

/** An event that says what the caller did: `subject` as a person would name it, `data` never secret. */
export function eventOf(
  { caller, requestId }: Actor,
  kind: string,
  subject: string,
  data: Readonly<Record<string, unknown>> = {},
): NewEvent {
  return {
    organizationId: caller.organizationId,
    kind,
    actor: { id: caller.userId, name: caller.userName },
    subject,
    data,
    requestId,
  };
}
