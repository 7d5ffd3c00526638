import { listHostSessions, unheardHosts, type Transaction } from '@writ/storage';
import type { SignedInCaller } from '../auth/signed-in-caller.js';
import type { RouteOutput } from '../http/route-input.js';

type OpenSessions = RouteOutput<'previewRevocation'>['openSessions'];

/** So many sessions are counted. */
const most = 100_000;

/**
 * The reported sessions that the cut list names because of an act (id; null: nothing was done), and the hosts whose word is missing, as this
 * transaction sees them. The first `shown` of each, to callers who may read hosts.
 * @param silentAfter a host that was not heard of for so long counts as silent (ms)
 */
export async function sessionsCutBy(
  tx: Transaction,
  caller: Pick<SignedInCaller, 'organizationId' | 'permissions'>,
  act: string | null,
  { now, silentAfter, shown }: { readonly now: number; readonly silentAfter: number; readonly shown: number },
): Promise<OpenSessions> {
  const { organizationId, permissions } = caller;
  const silentBefore = new Date(now - silentAfter);
  const wanted = { now: new Date(now), after: null, limit: most };
  const rows = act === null ? [] : await listHostSessions(tx, organizationId, { ...wanted, cutBy: act });
  const unheard = await unheardHosts(tx, organizationId, silentBefore);
  const named = permissions.has('host.read') ? shown : 0;
  return {
    count: rows.length,
    sessions: rows.slice(0, named).map(({ host, id, login, user, from, began, lastSeenAt, reportedAt }) => {
      const heard = lastSeenAt !== null && lastSeenAt > reportedAt ? lastSeenAt : reportedAt;
      return {
        ...{ host, id, login, user, from, began: began.toISOString(), lastSeenAt: heard.toISOString() },
        silent: heard < silentBefore,
      };
    }),
    unheard: {
      count: unheard.length,
      hosts: unheard
        .slice(0, named)
        .map(({ name, lastSeenAt }) => ({ name, lastSeenAt: lastSeenAt?.toISOString() ?? null })),
    },
  };
}
