import { listHostSessions, recordEvent, type ScopedDatabase } from '@writ/storage';
import type { SignedInCaller } from '../auth/signed-in-caller.js';
import { eventOf, type Actor } from '../events/event-of.js';
import type { RouteInput, RouteOutput } from '../http/route-input.js';
import { endTrust, type TrustEnding } from '../revocations/end-trust.js';
import { takeTurn } from '../users/take-turn.js';
import { sessionsWanted } from './sessions-wanted.js';

/** So many sessions are ended at a time. */
const most = 10_000;

/**
 * Tells hosts to end sessions that they have reported: those that are named, or all of a host or a user. What they rest on stays good. Where
 * there is none that is not ending already, nothing is done. Ends in `not_found` (host or user).
 */
export function cutSessions(
  services: TrustEnding & { readonly store: ScopedDatabase },
  actor: Actor & { readonly caller: SignedInCaller },
  { body }: Pick<RouteInput<'cutSessions'>, 'body'>,
): Promise<RouteOutput<'cutSessions'>> {
  const { organizationId, userId } = actor.caller;
  const { sessions: ids, host, user, reason = '' } = body;
  return services.store.within([organizationId], async (tx) => {
    await takeTurn(tx, actor.caller);
    const rows = await listHostSessions(tx, organizationId, {
      ...(ids === undefined ? {} : { ids }),
      ...(await sessionsWanted(tx, organizationId, { host, user })),
      now: new Date(services.clock()),
      after: null,
      limit: most,
    });
    const sessions = rows.map((row) => ({ host: row.host, session: row.id }));
    const fresh = rows.filter(({ ending }) => !ending);
    if (rows.length === 0) return { sessions, krlVersion: null };
    const subject = fresh
      .map((row) => `${row.host}:${row.id}`)
      .join(', ')
      .slice(0, 500);
    const ground = {
      organizationId,
      reason,
      cause: 'session',
      subject,
      createdById: userId,
      cut: true,
    } as const;
    const ended = await endTrust(tx, services, ground, {
      certificates: [],
      keys: [],
      sessions: fresh.map(({ hostId, id }) => ({ hostId, session: id })),
    });
    const krlVersion = ended.krlVersion.toString();
    for (const { host: on, id, login, user: whose } of fresh)
      await recordEvent(
        tx,
        eventOf(actor, 'session.cut', on, { session: id, login, user: whose, reason, krlVersion }),
      );
    return { sessions, krlVersion };
  });
}
