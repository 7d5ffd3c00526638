import { escapeLiteral, type ClientConfig, type Pool, type QueryResult } from 'pg';
import { connectionPool } from './connection-pool.js';
import { databaseError } from './database-error.js';
import { errorCode } from './system-error.js';

/** Everything about a session that the next request rests on, as the database says it now. */
export interface SessionState {
  readonly sessionId: string;
  readonly organizationId: string;
  readonly organizationName: string;
  /** 'provider' | 'customer' */
  readonly organizationKind: string;
  /** 'active' | 'closed' */
  readonly organizationState: string;
  /** Whether the organization requires a second factor of its people. */
  readonly secondFactorRequired: boolean;
  readonly userId: string;
  readonly userName: string;
  readonly userKind: 'person' | 'service';
  /** 'invited' | 'active' | 'locked' | 'disabled' */
  readonly userState: string;
  readonly userEpoch: bigint;
  readonly administrativeRole: string;
  /** What the organization's own administrative role of that name permits; null: it has none. */
  readonly ownPermissions: readonly string[] | null;
  readonly method: string;
  readonly strength: 'single' | 'multi';
  /** Milliseconds since 1970. */
  readonly authenticatedAt: number;
  readonly expiresAt: number;
  readonly ended: boolean;
  readonly roles: readonly { readonly id: string; readonly epoch: bigint }[];
}

/** Looks sessions up, many requests in one query. */
export interface SessionStates {
  /** Null: no such session in that organization. Rejects with `storage_unavailable`, `storage_full`. */
  find(organizationHandle: string, sessionId: string): Promise<SessionState | null>;
  close(): Promise<void>;
}

export interface SessionStateOptions {
  /** How to connect: as the service's role. */
  readonly connection: ClientConfig;
  /** Connections that take turns: one batch forms while another is asked. */
  readonly lanes?: number;
  /** Most sessions in one query. */
  readonly longestBatch?: number;
}

interface Waiting {
  readonly organizationId: string;
  readonly sessionId: string;
  readonly resolve: (state: SessionState | null) => void;
  readonly reject: (error: unknown) => void;
}

const unknownStatement = '26000';
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** @param ids an SQL expression of type uuid[] */
const statement = (ids: string): string => `
  select s.id as "sessionId", s.organization_id as "organizationId", p.name as "organizationName", p.kind as "organizationKind",
    o.state as "organizationState",
    p.second_factor_required as "secondFactorRequired",
    u.id as "userId", u.name as "userName", u.kind as "userKind", u.state as "userState", e.epoch::text as "userEpoch",
    u.administrative_role as "administrativeRole",
    (select a.permissions from administrative_roles a
      where a.organization_id = u.organization_id and a.name = u.administrative_role) as "ownPermissions", s.method, s.strength,
    extract(epoch from s.authenticated_at) * 1000 as "authenticatedAt",
    extract(epoch from s.expires_at) * 1000 as "expiresAt", s.ended_at is not null as ended,
    (select string_agg(m.role_id || ':' || r.epoch, ' ' order by m.role_id)
      from role_holders m join epochs r on r.id = m.role_id
      where m.user_id = u.id and m.organization_id = u.organization_id) as roles
  from sessions s
    join organizations o on o.id = s.organization_id
    join organization_profiles p on p.organization_id = s.organization_id
    join users u on u.id = s.user_id and u.organization_id = s.organization_id
    join epochs e on e.id = u.id
  where s.id = any (${ids})`;

/** Planned once for each connection; the scope is set before it runs, in the same message. */
const preparation = `prepare session_states (uuid[]) as ${statement('$1')}`;

/**
 * Sessions by id, read anew for every request: ending one or closing an account counts from the next request on.
 * Requests that wait at the same time share one query, in the scope of exactly their organizations.
 */
export function sessionStates({
  connection,
  lanes = 2,
  longestBatch = 128,
}: SessionStateOptions): SessionStates {
  const pool = connectionPool(connection, 'writ sessions', lanes, preparation);
  const organizations = new Map<string, Promise<string | null>>();
  let waiting: Waiting[] = [];
  let running = 0;
  let scheduled = false;

  const dispatch = (): void => {
    scheduled = false;
    while (waiting.length > 0 && running < lanes) {
      const batch = waiting.slice(0, longestBatch);
      waiting = waiting.slice(longestBatch);
      running += 1;
      void settle(pool, batch).finally(() => {
        running -= 1;
        dispatch();
      });
    }
  };

  /** A handle never changes, so what it means is asked once; that it means nothing is not remembered. */
  const organizationId = (handle: string): Promise<string | null> => {
    const known = organizations.get(handle);
    if (known !== undefined) return known;
    const asked = pool
      .query<{ id: string }>('select id from organizations where handle = $1', [handle])
      .then(({ rows }) => rows[0]?.id ?? null);
    organizations.set(handle, asked);
    const forget = (id?: string | null): void =>
      void (typeof id === 'string' || organizations.delete(handle));
    asked.then(forget, () => forget());
    return asked;
  };

  return {
    async find(handle, sessionId) {
      if (!uuid.test(sessionId)) return null;
      const id = await organizationId(handle).catch((error: unknown) => {
        throw databaseError(error);
      });
      if (id === null) return null;
      return new Promise((resolve, reject) => {
        waiting.push({ organizationId: id, sessionId, resolve, reject });
        // Not at once: what arrives in the same turn of the event loop shares the query.
        if (!scheduled) setImmediate(dispatch);
        scheduled = true;
      });
    },
    close: () => pool.end(),
  };
}

/** Asks for a batch and tells each waiter its own answer. Never rejects. */
async function settle(pool: Pool, batch: readonly Waiting[]): Promise<void> {
  try {
    const states = await ask(pool, batch);
    for (const { organizationId, sessionId, resolve } of batch) {
      const state = states.get(sessionId);
      resolve(state?.organizationId === organizationId ? state : null);
    }
  } catch (error) {
    const coded = databaseError(error);
    for (const { reject } of batch) reject(coded);
  }
}

async function ask(pool: Pool, batch: readonly Waiting[]): Promise<ReadonlyMap<string, SessionState>> {
  const scope = [...new Set(batch.map(({ organizationId }) => organizationId))].join(',');
  const ids = [...new Set(batch.map(({ sessionId }) => sessionId))].join(',');
  // Several statements in one message are one transaction and one round trip, and take no parameters, hence the
  // literals; `pg` answers with one result for each.
  const scoped = (query: string): Promise<unknown> =>
    pool.query(`select set_config('writ.organizations', ${escapeLiteral(scope)}, true); ${query}`);
  const set = escapeLiteral(`{${ids}}`);
  const results = (await scoped(`execute session_states(${set})`).catch((error: unknown) => {
    // A pooler between us and the server gave us a connection that somebody else made.
    if (errorCode(error) === unknownStatement) return scoped(statement(`${set}::uuid[]`));
    throw error;
  })) as readonly QueryResult<StateRow>[];
  return new Map((results[1]?.rows ?? []).map((row) => [row.sessionId, stateOf(row)]));
}

type StateRow = Omit<SessionState, 'userEpoch' | 'authenticatedAt' | 'expiresAt' | 'roles'> & {
  readonly userEpoch: string;
  /** numeric, which `pg` leaves as text */
  readonly authenticatedAt: string;
  readonly expiresAt: string;
  readonly roles: string | null;
};

function stateOf(row: StateRow): SessionState {
  return {
    ...row,
    userEpoch: BigInt(row.userEpoch),
    authenticatedAt: Math.round(Number(row.authenticatedAt)),
    expiresAt: Math.round(Number(row.expiresAt)),
    roles: (row.roles?.split(' ') ?? []).map((pair) => {
      const [id = '', epoch = '0'] = pair.split(':');
      return { id, epoch: BigInt(epoch) };
    }),
  };
}
