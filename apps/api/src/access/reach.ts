import type { ProblemCode } from '@writ/contract';
import { shortNamesAmong } from '@writ/hosts';
import { CodedError, isCodedError, seconds } from '@writ/kernel';
import { decide, type Role } from '@writ/policy';
import type { ScopedDatabase } from '@writ/storage';
import { createHash } from 'node:crypto';
import type { SignedInCaller } from '../auth/signed-in-caller.js';
import type { Issuing } from '../certificates/issuing.js';
import type { Doors } from '../http/access.guard.js';
import type { RouteOutput } from '../http/route-input.js';
import { version } from '../version.js';
import type { Inventory } from './inventory-memory.js';
import { organizationsOf } from './organizations-of.js';
import { allRoles } from './sight.js';

export interface Reaching {
  readonly store: ScopedDatabase;
  readonly doors: Pick<Doors, 'actElsewhere'>;
  readonly issuing: Issuing;
}

type Reach = ReturnType<RouteOutput<'listReach'>['content']>;

/** One organization where the caller acts, and the roles that give them certificates there, by name. */
interface Place {
  readonly handle: string;
  readonly inventory: Inventory;
  readonly roles: readonly Role[];
}

/**
 * What the caller may reach, under a tag of all that it is made from: a client that holds it is told so before anything is
 * worked out. Rejects as the database does.
 */
export async function reachOf(services: Reaching, caller: SignedInCaller): Promise<RouteOutput<'listReach'>> {
  const places: Place[] = [];
  for (const acting of await organizationsOf(services, caller)) {
    const inventory = await services.issuing.inventories.inventoryOf(acting.organizationId);
    const roles = await usableRoles(services.issuing, acting);
    places.push({ handle: acting.organizationHandle, inventory, roles });
  }
  return { etag: tagOf(places), content: () => reachIn(places) };
}

/**
 * Every host of the caller's organization that any role reaches, as if the caller were in all of them. Ends in
 * `permission_missing`; rejects as the database does.
 */
export async function reachOfAll(
  { issuing }: Reaching,
  caller: SignedInCaller,
): Promise<RouteOutput<'reachOfAll'>> {
  if (!caller.permissions.has('role.read')) {
    throw new CodedError<ProblemCode>(
      'permission_missing',
      'Seeing every role takes the permission role.read.',
    );
  }
  const inventory = await issuing.inventories.inventoryOf(caller.organizationId);
  const every = await allRoles(issuing.store, caller.organizationId, () => true);
  const roles = await usableOf(issuing, caller, every);
  const place = { handle: caller.organizationHandle, inventory, roles };
  const content = () => {
    const [organization] = reachIn([place]).organizations;
    if (organization === undefined) throw new TypeError('one place is one organization');
    return organization;
  };
  // These roles come without their epochs: their tag is of what is said of them.
  const said = roles.map((role) => [role.name, role.logins, role.selector, definitionOf(role)]);
  return { etag: digestOf([tagOf([place]), said]), content };
}

/** The caller's roles that give them a certificate at all, by name. */
async function usableRoles(issuing: Issuing, caller: SignedInCaller): Promise<readonly Role[]> {
  return usableOf(issuing, caller, await issuing.roles.rolesOf(caller));
}

async function usableOf(
  { authorities, ports }: Issuing,
  caller: SignedInCaller,
  roles: readonly Role[],
): Promise<readonly Role[]> {
  const authority = await authorities.active(caller.organizationId, 'user').catch((error: unknown) => {
    if (isCodedError(error, 'request_refused')) return null;
    throw error;
  });
  if (authority === null) return [];
  const input = { caller, authority, now: seconds(ports.clock), backdate: BigInt(ports.backdateSeconds) };
  const usable = roles.flatMap((role) => {
    const request = { kind: 'access', account: 'active', roleName: role.name } as const;
    const decision = decide({ ...input, roles: [role], request });
    return decision.allowed ? decision.roles : [];
  });
  return usable.sort((a, b) => Number(a.name > b.name) - Number(a.name < b.name));
}

function tagOf(places: readonly Place[]): string {
  const made = places.map(({ handle, inventory, roles }) => [
    handle,
    inventory.organizationName,
    inventory.namePatterns,
    inventory.knownHosts,
    inventory.krl,
    inventory.digest,
    roles.map(({ id, epoch }) => `${id}:${epoch}`),
  ]);
  return digestOf([version, made]);
}

function digestOf(made: unknown): string {
  return createHash('sha256').update(JSON.stringify(made)).digest('hex').slice(0, 32);
}

/** @param places the caller's own organization first */
function reachIn(places: readonly Place[]): Reach {
  const reached = places.map(hostsReached);
  const shortNames = shortNamesAmong(
    places[0]?.inventory.shortNames ?? new Map(),
    places.map(({ inventory }, at) => {
      const names = [...(reached[at]?.keys() ?? [])];
      return new Map(names.map((name) => [name, inventory.shortNames.get(name) ?? []]));
    }),
  );
  return {
    organizations: places.map(({ handle, inventory, roles }, at) => ({
      handle,
      name: inventory.organizationName,
      namePatterns: [...inventory.namePatterns],
      knownHosts: inventory.knownHosts,
      krl: inventory.krl,
      roles: roles.map((role) => {
        const { name, handle: word, principals, logins, maxTtlSeconds, keyTypes, extensions } = role;
        const definition = definitionOf(role);
        const confined = Object.keys(role.criticalOptions).length > 0;
        const said = { name, handle: word, principals, logins: [...logins], maxTtlSeconds, definition };
        return { ...said, confined, keyTypes: [...keyTypes], extensions: [...extensions] };
      }),
      hosts: [...(reached[at] ?? [])].map(([name, by]) => {
        const short = [...(shortNames.get(name) ?? [])];
        const { address = null, port = null, jump = null } = inventory.byName.get(name) ?? {};
        return { name, shortNames: short, roles: by, address, port, jump };
      }),
    })),
  };
}

/** What certificates of the role say and how long; where it is good is said beside it. */
function definitionOf(role: Role): string {
  const { principals, logins, maxTtlSeconds, extensions, criticalOptions, keyTypes, keyIdTemplate } = role;
  const said = principals === 'logins' ? logins : [];
  return digestOf([principals, said, maxTtlSeconds, extensions, criticalOptions, keyTypes, keyIdTemplate]);
}

/** The hosts that any of the roles reaches, by name, each with the names of those roles. */
function hostsReached({ inventory, roles }: Place): ReadonlyMap<string, string[]> {
  const by = new Map<number, string[]>();
  for (const role of roles) {
    for (const place of inventory.index.reachedBy(role)) {
      const known = by.get(place);
      if (known === undefined) by.set(place, [role.name]);
      else known.push(role.name);
    }
  }
  const places = [...by].sort(([a], [b]) => a - b);
  return new Map(places.map(([place, names]) => [inventory.hosts[place]?.name ?? '', names]));
}
