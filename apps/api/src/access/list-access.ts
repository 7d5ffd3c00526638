import { isCodedError, seconds } from '@writ/kernel';
import type { Login } from '@writ/openssh/trust';
import { decide, noHost, type AccessRequest, type Caller, type Role } from '@writ/policy';
import { accountStates, delegatedAccounts, holdersOf } from '@writ/storage';
import type { SignedInCaller } from '../auth/signed-in-caller.js';
import type { Issuing } from '../certificates/issuing.js';
import type { RouteInput, RouteOutput } from '../http/route-input.js';
import { cursorAt, placeAt } from '../paging/cursor.js';
import { pageOf } from '../paging/page.js';
import { notFound, refusal } from '../refusal.js';
import { personOf } from './explain.js';
import type { Inventory, KnownHost } from './inventory-memory.js';
import { allRoles, mayAskAbout, seesOthers } from './sight.js';
import { soughtHost } from './sought-host.js';

type NamedHost = Pick<KnownHost, 'name' | 'labels'>;

export interface AccessListing {
  readonly issuing: Issuing;
}

type Entry = RouteOutput<'listAccess'>['items'][number];

/** A role, and who is in it. */
interface Held {
  readonly role: Role;
  readonly members: readonly string[];
}

/** Names in the order of bytes, which everything here is sorted by. */
const order = (a: string, b: string): number => Number(a > b) - Number(a < b);

/**
 * A page of who may be whom on which host. First, without a host, what roles by logins give: they are good wherever the user
 * CA itself is trusted. Ends in `permission_missing`, `not_found` (user or host), `request_refused` (the host is none that
 * roles reach), `cursor_invalid`.
 */
export async function accessPage(
  { issuing }: AccessListing,
  caller: SignedInCaller,
  { query }: Pick<RouteInput<'listAccess'>, 'query'>,
): Promise<RouteOutput<'listAccess'>> {
  const { host, login, limit } = query;
  mayAskAbout(caller, query.user);
  const place = placeAt('access', query.cursor, [some, some, some]);
  const [from, ...rest] = place === null ? [''] : [place[0] === '-' ? '' : place[0], place[1], place[2]];
  const after = [from, ...rest].join('\0');
  const inventory = await issuing.inventories.inventoryOf(caller.organizationId);
  const held = await rolesHeld(issuing, caller, seesOthers(caller) ? query.user : caller.userName);
  const fitting = held.filter(({ role }) => login === undefined || role.logins.includes(login as Login));
  const only = host === undefined ? null : await hostNamed(issuing, caller, inventory, host);
  const allowed = await judge(issuing, caller);
  const entries: Entry[] = [];
  for (const found of candidates(inventory, fitting, only, from)) {
    const asked = { host: found.host?.name ?? null, login: found.login, user: found.user };
    if (login !== undefined && found.login !== login) continue;
    if (place !== null && keyOf(asked) <= after) continue;
    const roles = allowed(found);
    if (roles.length > 0) entries.push({ ...asked, roles });
    if (entries.length > limit) break;
  }
  const cursor = (entry: Entry) => cursorAt('access', [entry.host ?? '-', entry.login, entry.user]);
  return pageOf(entries, limit, cursor, (entry) => entry);
}

/** What entries are sorted by; a host's name is never empty. */
function keyOf({ host, login, user }: Pick<Entry, 'host' | 'login' | 'user'>): string {
  return [host ?? '', login, user].join('\0');
}

/** A part of a cursor: it is only compared with. */
function some(text: string): string | undefined {
  return text === '' ? undefined : text;
}

/** The organization's roles with those members that are asked about; the caller's own where they see no others. */
async function rolesHeld(
  { roles, store }: Issuing,
  caller: SignedInCaller,
  user: string | undefined,
): Promise<readonly Held[]> {
  const { organizationId, userName } = caller;
  if (user === userName) return (await roles.rolesOf(caller)).map((role) => ({ role, members: [userName] }));
  const all = await allRoles(store, organizationId, () => true);
  const ids = all.map(({ id }) => id);
  const { states, members } = await store.within([organizationId], async (tx) => ({
    members: await holdersOf(tx, organizationId, ids),
    states: new Map([
      ...(await accountStates(tx, organizationId)),
      ...(await delegatedAccounts(tx, organizationId)).map(({ name, state }) => [name, state] as const),
    ]),
  }));
  if (user !== undefined && !states.has(user)) throw notFound('user');
  return all.map((role) => ({
    role,
    members: (members.get(role.id) ?? []).filter((name) => {
      return (user === undefined || name === user) && states.get(name) === 'active';
    }),
  }));
}

async function hostNamed(
  { store, roles }: Issuing,
  caller: SignedInCaller,
  inventory: Inventory,
  host: string,
): Promise<NamedHost> {
  const sought = await soughtHost(store, caller, inventory, await roles.rolesOf(caller), host);
  if (sought.kind === 'joined') return sought;
  if (sought.kind === 'unknown') throw notFound('host');
  throw refusal('request_refused', [noHost(sought)]);
}

/** Somebody who is in roles that name the login, on a host that these roles reach (null: by their logins, wherever that is). */
interface Candidate {
  readonly host: NamedHost | null;
  readonly login: string;
  readonly user: string;
  readonly roles: readonly Role[];
}

/**
 * In order, from the host on at which the page before ended.
 * @param only no other host is asked about
 */
function* candidates(
  { hosts, index }: Inventory,
  held: readonly Held[],
  only: NamedHost | null,
  from: string,
): Generator<Candidate> {
  if (only === null && from === '') {
    yield* ofHost(
      null,
      held.filter(({ role }) => role.principals === 'logins'),
    );
  }
  const reaching = new Map<number, Held[]>();
  for (const each of held) {
    for (const place of index.reachedBy(each.role)) {
      const known = reaching.get(place);
      if (known === undefined) reaching.set(place, [each]);
      else known.push(each);
    }
  }
  for (const [place, host] of hosts.entries()) {
    const named = host.name >= from && (only === null || host.name === only.name);
    if (named) yield* ofHost(host, reaching.get(place) ?? []);
  }
}

function* ofHost(host: NamedHost | null, held: readonly Held[]): Generator<Candidate> {
  const logins = new Map<string, Map<string, Role[]>>();
  for (const { role, members } of held) {
    for (const login of role.logins) {
      const users = logins.get(login) ?? new Map<string, Role[]>();
      logins.set(login, users);
      for (const user of members) users.set(user, [...(users.get(user) ?? []), role]);
    }
  }
  for (const [login, users] of [...logins].sort(([a], [b]) => order(a, b))) {
    for (const [user, roles] of [...users].sort(([a], [b]) => order(a, b)))
      yield { host, login, user, roles };
  }
}

/** Names of the roles by which a candidate really gets there, in order: what the one decision says. */
async function judge(
  { authorities, ports }: Issuing,
  caller: SignedInCaller,
): Promise<(candidate: Candidate) => string[]> {
  const authority = await authorities.active(caller.organizationId, 'user').catch((error: unknown) => {
    if (isCodedError(error, 'request_refused')) return null;
    throw error;
  });
  if (authority === null) return () => [];
  const common = { authority, now: seconds(ports.clock), backdate: BigInt(ports.backdateSeconds) };
  const names = (person: Caller, roles: readonly Role[], request: Partial<AccessRequest>): string[] => {
    const asked = { kind: 'access', account: 'active', ...request } as const;
    const decision = decide({ ...common, caller: person, roles, request: asked });
    return decision.allowed ? decision.roles.map(({ name }) => name) : [];
  };
  return ({ host, login, user, roles }) => {
    const person = personOf(caller, '', user);
    if (host === null)
      return roles.flatMap((role) => names(person, [role], { roleName: role.name })).sort(order);
    return names(person, roles, { target: { host: { kind: 'joined', ...host }, login } });
  };
}
