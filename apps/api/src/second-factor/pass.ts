import type { ProblemCode } from '@writ/contract';
import { CodedError } from '@writ/kernel';
import { findSecondFactor, recordEvent } from '@writ/storage';
import { codeCounters } from '../auth/attempt-counters.js';
import type { AuthServices, Origin } from '../auth/auth-services.js';
import { attempt } from '../auth/sign-in-attempts.js';
import { takeCode, type CodeUser } from './take-code.js';

/** An account that somebody has shown the password or the invitation of. */
export interface HalfKnown {
  readonly organizationId: string;
  readonly user: CodeUser;
  /** The device that has signed in as this user before; null: a new one. */
  readonly device: string | null;
}

/**
 * What signing in takes beside the first proof: 'single' where the account has no second factor, 'multi' once its code
 * was taken. Ends in `code_required`, `code_wrong`, `too_many_attempts`.
 */
export async function passSecondFactor(
  services: AuthServices,
  { organizationId, user, device }: HalfKnown,
  code: string | undefined,
  origin: Origin,
): Promise<'single' | 'multi'> {
  const { store } = services;
  const factor = await store.within([organizationId], (tx) => findSecondFactor(tx, organizationId, user.id));
  if (factor === null || factor.confirmedAt === null) return 'single';
  if (code === undefined) throw codeRequired();
  const counted = await attempt(services, organizationId, codeCounters(user.id, device));
  const right = await store.within([organizationId], async (tx) => {
    if (await takeCode(tx, services, { factor, user }, code, origin)) return true;
    await recordEvent(tx, {
      organizationId,
      kind: 'factor.refused',
      actor: null,
      subject: user.name,
      data: { source: origin.source },
      requestId: origin.requestId,
    });
    return false;
  });
  if (!right) throw codeWrong();
  await counted.succeeded();
  return 'multi';
}

/** The account has a second factor, and nothing of it was shown. */
export function codeRequired(): CodedError<ProblemCode> {
  return new CodedError<ProblemCode>(
    'code_required',
    'This account has a second factor: send the code of its authenticator, or a recovery code.',
  );
}

/** Neither a code of this moment nor an unused recovery code. */
export function codeWrong(): CodedError<ProblemCode> {
  return new CodedError<ProblemCode>(
    'code_wrong',
    'The code is wrong, too old, or was used before; wait for the next one.',
  );
}
