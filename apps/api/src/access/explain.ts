import { HostReport } from '@writ/contract';
import {
  hostWarnings,
  waitingFor,
  type HostProgress,
  type HostRemark,
  type LoginCertificates,
} from '@writ/hosts';
import { seconds } from '@writ/kernel';
import { decide, roleWord, type AccessRequest, type Caller, type Role, type SoughtHost } from '@writ/policy';
import {
  appliedOn,
  delegatedAccounts,
  findOrganization,
  hasSecondFactor,
  listRolesOf,
  type ScopedDatabase,
  type Transaction,
} from '@writ/storage';
import type { SignedInCaller } from '../auth/signed-in-caller.js';
import type { Issuing } from '../certificates/issuing.js';
import type { RouteInput, RouteOutput } from '../http/route-input.js';
import type { KrlShelf } from '../trust/published-krl.js';
import { notFound } from '../refusal.js';
import { pathsOf } from '../roles/role-paths.js';
import { knownRole, shownRole } from '../roles/read-roles.js';
import { knownAccount } from '../users/read-users.js';
import { closedJumps } from './closed-jumps.js';
import { allRoles, mayAskAbout, rolesInSight } from './sight.js';
import { soughtHost } from './sought-host.js';

export interface Explaining {
  readonly issuing: Issuing;
  readonly krls: KrlShelf;
}

type Answer = RouteOutput<'explain'>;

/** Somebody whose access is asked about, with the roles that are in sight of whoever asks. */
interface Subject {
  readonly person: Caller;
  readonly account: AccessRequest['account'];
  readonly roles: readonly Role[];
  /** What stands between their sessions and any certificate. */
  readonly waiting: readonly HostRemark[];
}

/**
 * Whether the caller, or somebody else, may be a login on a host, and why or why not. Ends in `permission_missing`,
 * `not_found` (no such user), `request_refused` (the organization has no user CA that signs).
 */
export async function explain(
  services: Explaining,
  caller: SignedInCaller,
  { query }: Pick<RouteInput<'explain'>, 'query'>,
): Promise<Answer> {
  const { issuing } = services;
  mayAskAbout(caller, query.user);
  const inventory = await issuing.inventories.inventoryOf(caller.organizationId);
  const { own, all } = await rolesInSight(issuing, caller);
  const subject =
    query.user === undefined || query.user === caller.userName
      ? ({ person: caller, account: 'active', roles: all, waiting: [] } as const)
      : await somebody(issuing.store, caller, query.user);
  const host = await soughtHost(issuing.store, caller, inventory, own, query.host);
  const { login } = query;
  const now = seconds(issuing.ports.clock);
  const authority = await issuing.authorities.active(caller.organizationId, 'user');
  const decision = decide({
    caller: subject.person,
    roles: subject.roles,
    authority,
    now,
    backdate: BigInt(issuing.ports.backdateSeconds),
    request: { kind: 'access', account: subject.account, target: { host, login } },
  });
  const roles = decision.allowed ? decision.roles : [];
  const words = roles.map(({ handle }) => roleWord(handle));
  const certificates = { authority: authority.publicKey, principals: words };
  const { waiting, warnings } = await progressOn(services, caller, host, login, certificates);
  const paths = await pathsInto(issuing.store, caller, roles, subject.person.userName);
  return {
    user: subject.person.userName,
    host: nameOf(host),
    login,
    allowed: decision.allowed,
    roles: roles.map(({ id, name, handle, maxTtlSeconds, criticalOptions, keyTypes }) => {
      const { forceCommand = null, sourceAddress } = criticalOptions;
      const only = { forceCommand, sourceAddress: sourceAddress?.slice() ?? null, keyTypes: [...keyTypes] };
      return { name, handle, maxTtlSeconds, paths: [...(paths.get(id) ?? [])], ...only };
    }),
    failures: decision.allowed ? [] : [...decision.failures],
    waiting: decision.allowed ? [...subject.waiting, ...waiting] : [],
    warnings: decision.allowed
      ? [...warnings, ...closedJumps(inventory, nameOf(host), { ...subject, user: subject.person.userName })]
      : [],
    rolesByLogins: subject.roles
      .filter((role) => role.memberOf && role.principals === 'logins' && role.logins.includes(login as never))
      .map(({ name }) => name)
      .sort(),
  };
}

/** An account that somebody who may sees from outside. */
async function somebody(store: ScopedDatabase, caller: SignedInCaller, name: string): Promise<Subject> {
  const { organizationId } = caller;
  const { account, ids, waiting } = await store.within([organizationId], async (tx) => {
    const known = name.includes('/')
      ? await knownDelegate(tx, organizationId, name)
      : { ...(await knownAccount(tx, organizationId, name)), homeId: organizationId };
    const roles = await listRolesOf(tx, organizationId, known.id);
    return {
      account: known,
      ids: new Set(roles.map(({ id }) => id)),
      waiting: await secondFactorOf(tx, caller, known),
    };
  });
  return {
    person: personOf(caller, account.id, account.name),
    account: account.state,
    roles: await allRoles(store, organizationId, (id) => ids.has(id)),
    waiting,
  };
}

/** Whoever is from outside needs a second factor, and every person where the organization requires one. */
async function secondFactorOf(
  tx: Transaction,
  { organizationId, organizationName }: SignedInCaller,
  { id, homeId, kind, name }: Awaited<ReturnType<typeof knownDelegate>>,
): Promise<readonly HostRemark[]> {
  const outside = homeId !== organizationId;
  const required =
    outside ||
    (kind === 'person' && (await findOrganization(tx, organizationId))?.secondFactorRequired === true);
  if (!required || (await hasSecondFactor(tx, homeId, id))) return [];
  const why = outside ? 'which takes one from outside' : 'which requires one';
  return [
    {
      rule: 'second_factor_missing',
      message: `${name} has no second factor: ${organizationName}, ${why}, gives no certificate until there is one.`,
    },
  ];
}

/** Somebody from outside, who holds a role here. Ends in `not_found`. */
async function knownDelegate(tx: Transaction, organizationId: string, name: string) {
  const found = (await delegatedAccounts(tx, organizationId)).find((each) => each.name === name);
  if (found === undefined) throw notFound('user');
  const { userId: id, homeId, state } = found;
  return { id, homeId, name, state, kind: 'person' };
}

/** How somebody is in each of the roles (by id): who may ask why they get somewhere may know it. */
function pathsInto(
  store: ScopedDatabase,
  { organizationId }: SignedInCaller,
  roles: readonly Role[],
  userName: string,
): Promise<ReadonlyMap<string, readonly string[][]>> {
  return store.within([organizationId], async (tx) => {
    const paths = new Map<string, string[][]>();
    for (const { id, name } of roles) {
      const shown = await shownRole(tx, organizationId, await knownRole(tx, organizationId, name));
      const own = (await pathsOf(tx, organizationId, shown)).filter(({ holder }) => holder === userName);
      paths.set(
        id,
        own.map(({ groups }) => groups),
      );
    }
    return paths;
  });
}

/** Somebody of the caller's organization, or who holds a role there, for decisions about access alone: with no permissions and no session. */
export function personOf(caller: SignedInCaller, userId: string, userName: string): Caller {
  const { organizationId, organizationHandle, organizationName } = caller;
  const [homeName = ''] = userName.split('/', 1);
  return {
    organizationId,
    organizationHandle,
    organizationName,
    userId,
    userName,
    ...(homeName === userName ? {} : { homeName }),
    epoch: 0n,
    permissions: new Set(),
    authentication: { method: 'none', at: 0, strength: 'single', sessionId: null },
  };
}

async function progressOn(
  { issuing, krls }: Explaining,
  { organizationId }: SignedInCaller,
  host: SoughtHost,
  login: string,
  certificates: LoginCertificates,
): Promise<Pick<Answer, 'waiting' | 'warnings'>> {
  if (host.kind !== 'joined') return { waiting: [], warnings: [] };
  const { name } = host;
  const applied = await issuing.store.within([organizationId], (tx) => appliedOn(tx, organizationId, name));
  const progress: HostProgress = {
    report: HostReport.nullable().parse(applied?.report ?? null),
    version: applied?.version ?? 0n,
    bundle: applied?.bundle ?? null,
    krl: (await krls.current(organizationId)).sha256,
  };
  const now = seconds(issuing.ports.clock);
  return {
    waiting: [...waitingFor(name, progress, login, certificates, now)],
    warnings: [...hostWarnings(name, progress)],
  };
}

function nameOf(host: SoughtHost): string {
  return host.kind === 'joined' || host.kind === 'signed' ? host.name : host.asked;
}
