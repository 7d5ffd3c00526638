import type { ProblemCode } from '@writ/contract';
import { CodedError, type Clock } from '@writ/kernel';
import {
  findAuthority,
  insertAuthority,
  raiseEpochs,
  recordEvent,
  retire,
  type AuthorityRow,
  type ScopedDatabase,
  type Transaction,
} from '@writ/storage';
import { randomUUID } from 'node:crypto';
import type { SignedInCaller } from '../auth/signed-in-caller.js';
import { eventOf, type Actor } from '../events/event-of.js';
import type { RouteInput, RouteOutput } from '../http/route-input.js';
import { notFound } from '../refusal.js';
import { takeTurn } from '../users/take-turn.js';
import type { AuthorityKeys } from './authority-keys.js';
import { authorityView } from './authority-view.js';

export interface AuthorityMaking {
  readonly store: ScopedDatabase;
  readonly clock: Clock;
  readonly authorityKeys: AuthorityKeys;
}

/** Makes the authority that is to sign next: hosts and clients learn it from now on. Ends in `already_so` (one waits already). */
export async function createNextAuthority(
  { store, clock, authorityKeys }: AuthorityMaking,
  actor: Actor & { readonly caller: SignedInCaller },
  { params, body }: Pick<RouteInput<'createNextAuthority'>, 'params' | 'body'>,
): Promise<RouteOutput<'createNextAuthority'>> {
  const { organizationId } = actor.caller;
  const { kind } = params;
  const which = { id: randomUUID(), organizationId, kind, createdAt: new Date(clock()) };
  // Before the turn is taken: an RSA key takes a second to make.
  const made = await authorityKeys.make(which, body.keyKind);
  return store.within([organizationId], async (tx) => {
    await takeTurn(tx, actor.caller);
    const waiting = await findAuthority(tx, organizationId, kind, 'next');
    if (waiting !== null)
      throw new CodedError<ProblemCode>(
        'already_so',
        `A next ${kind} CA waits already: ${waiting.fingerprint}. Activate it, or retire it and make another.`,
      );
    await insertAuthority(tx, made, 'next');
    const data = { kind, keyType: made.keyType };
    await recordEvent(tx, eventOf(actor, 'authority.created', made.fingerprint, data));
    return authorityView(await nextAuthority(tx, organizationId, kind));
  });
}

/** Gives up the authority that waits: it never signs, and nobody needs to know it any more. Ends in `not_found`. */
export function retireNextAuthority(
  { store }: Pick<AuthorityMaking, 'store'>,
  actor: Actor & { readonly caller: SignedInCaller },
  { params }: Pick<RouteInput<'retireNextAuthority'>, 'params'>,
): Promise<void> {
  const { organizationId } = actor.caller;
  const { kind } = params;
  return store.within([organizationId], async (tx) => {
    await takeTurn(tx, actor.caller);
    const { id, fingerprint } = await nextAuthority(tx, organizationId, kind);
    await raiseEpochs(tx, organizationId, [id]);
    await retire(tx, organizationId, id);
    await recordEvent(tx, eventOf(actor, 'authority.retired', fingerprint, { kind, was: 'next' }));
  });
}

/** The authority that is to sign next. Ends in `not_found`. */
export async function nextAuthority(
  tx: Transaction,
  organizationId: string,
  kind: 'user' | 'host',
): Promise<AuthorityRow> {
  const next = await findAuthority(tx, organizationId, kind, 'next');
  if (next === null) throw notFound(`next ${kind} CA`);
  return next;
}
