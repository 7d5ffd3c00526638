import { Labels } from '@writ/contract';
import type { Clock } from '@writ/kernel';
import { listJoinTokens, recordEvent, useUpJoinToken, type ScopedDatabase } from '@writ/storage';
import type { SignedInCaller } from '../auth/signed-in-caller.js';
import { eventOf, type Actor } from '../events/event-of.js';
import type { RouteInput, RouteOutput } from '../http/route-input.js';
import { cursorAt, part, placeAt } from '../paging/cursor.js';
import { pageOf } from '../paging/page.js';
import { notFound } from '../refusal.js';
import { takeTurn } from '../users/take-turn.js';

interface Services {
  readonly store: ScopedDatabase;
  readonly clock: Clock;
}

/** A page of the join tokens that can still be used, newest first; never their secrets. Ends in `cursor_invalid`. */
export async function joinTokensPage(
  { store, clock }: Services,
  { organizationId }: Pick<SignedInCaller, 'organizationId'>,
  { query: { limit, cursor } }: Pick<RouteInput<'listJoinTokens'>, 'query'>,
): Promise<RouteOutput<'listJoinTokens'>> {
  const place = placeAt('join-tokens', cursor, [part.instant, part.uuid]);
  const after = place === null ? null : { createdAt: place[0], id: place[1] };
  const rows = await store.within([organizationId], (tx) =>
    listJoinTokens(tx, organizationId, { now: new Date(clock()), after, limit: limit + 1 }),
  );
  return pageOf(
    rows,
    limit,
    ({ createdAt, id }) => cursorAt('join-tokens', [createdAt.toISOString(), id]),
    (row) => ({
      ...row,
      labels: Labels.parse(row.labels),
      createdAt: row.createdAt.toISOString(),
      expiresAt: row.expiresAt.toISOString(),
    }),
  );
}

/** Uses a join token up, so that no host joins with it any more; those that have stay. Ends in `not_found`, `decision_stale`. */
export function revokeJoinToken(
  { store, clock }: Services,
  actor: Actor & { readonly caller: SignedInCaller },
  { params: { token: id } }: Pick<RouteInput<'revokeJoinToken'>, 'params'>,
): Promise<void> {
  const { caller } = actor;
  const { organizationId } = caller;
  return store.within([organizationId], async (tx) => {
    await takeTurn(tx, caller);
    const token = await useUpJoinToken(tx, organizationId, id, new Date(clock()));
    if (token === null) throw notFound('join token that can still be used');
    await recordEvent(
      tx,
      eventOf(actor, 'join_token.revoked', token.names, { id, usesLeft: token.usesLeft }),
    );
  });
}
