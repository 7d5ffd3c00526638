import type { Reach } from '@writ/contract';
import { isCodedError } from '@writ/kernel';
import {
  clientConfig,
  hostName,
  hostNameWithin,
  isHostName,
  knownHostsCertAuthorityLine,
  login,
  namePattern,
  overlappingNamePatterns,
  parseKnownHostsCertAuthorityLine,
  patternWithin,
  type HostName,
  type Login,
  type NamePattern,
} from '@writ/openssh/trust';

import type { TakenNames } from './taken-names.js';

export interface InventoryRole {
  readonly name: string;
  readonly handle: string;
  readonly principals: 'role' | 'logins';
  readonly logins: readonly Login[];
  /** Its certificates are good from some addresses only, for one command, or with a check of the user. */
  readonly confined: boolean;
  /** The types of keys that it gives certificates for; null: not said. */
  readonly keyTypes: readonly string[] | null;
  /** What its certificates permit, as OpenSSH names it ('permit-pty'). */
  readonly extensions: readonly string[];
}

export interface InventoryHost {
  readonly name: HostName;
  /** What may be typed: its name first. */
  readonly names: readonly HostName[];
  readonly roles: readonly InventoryRole[];
  readonly address: string;
  readonly port: number | null;
  readonly jump: HostName | null;
}

export interface InventoryOrganization {
  readonly handle: string;
  readonly name: string;
  readonly patterns: readonly NamePattern[];
  /** A known_hosts file: its host CAs, each believed for names within `patterns` only. */
  readonly knownHosts: string;
  /** The roles that are good wherever its user CA is trusted. */
  readonly loginsRoles: readonly InventoryRole[];
  readonly hosts: readonly InventoryHost[];
}

/** What of a service's answer ssh may be told, and what was left out, in words. */
export interface Inventory {
  readonly organizations: readonly InventoryOrganization[];
  readonly leftOut: readonly string[];
}

type ReachedOrganization = Reach['organizations'][number];
type ReachedHost = ReachedOrganization['hosts'][number];
/** Whether a short name, of a host with that port, is somebody else's. */
type Taken = (short: string, port: number | null) => boolean;

/**
 * Judges an answer as if it came from anybody: an organization speaks for names within its own patterns, which no other
 * has. An organization can choose which short names its hosts have: they go to the user's ssh_config first, then to the
 * user's own organization, and to another one only where they mean nothing else on this machine. What does not fit is left out, so that one
 * organization's mistake costs nobody else anything.
 * @param home handle of the user's own organization, where it is known
 */
export function trustedInventory(reach: Reach, home: string | null, taken: TakenNames): Inventory {
  const leftOut: string[] = [];
  const kept: InventoryOrganization[] = [];
  let unsure = 0;
  const takenFor =
    (handle: string): Taken =>
    (short, port) => {
      if (taken.configured(short)) return true;
      const known = handle === home ? false : taken.known(short, port);
      if (known === null) unsure += 1;
      return known ?? true;
    };
  for (const organization of reach.organizations) {
    const judged = attempt(leftOut, organization.name, () =>
      trustedOrganization(organization, kept, takenFor(organization.handle), leftOut),
    );
    if (judged !== null) kept.push(judged);
  }
  if (unsure > 0)
    leftOut.push(
      `${unsure} short names of other organizations: ~/.ssh/known_hosts has too many hashed lines to compare them all. Say the full names.`,
    );
  const names = kept.flatMap(({ patterns }) => patterns);
  return {
    organizations: withoutAmbiguous(
      kept.map((each) => withoutNames(each, names)),
      home,
    ),
    leftOut,
  };
}

function trustedOrganization(
  reached: ReachedOrganization,
  others: readonly InventoryOrganization[],
  taken: Taken,
  leftOut: string[],
): InventoryOrganization {
  const { handle, name } = reached;
  if (!isHandle(handle) || others.some((other) => other.handle === handle))
    throw new Unfit('its handle is none, or another has it');
  const patterns = reached.namePatterns.map(namePattern);
  const overlapping = others.find((other) => overlappingNamePatterns(other.patterns, patterns).length > 0);
  if (overlapping !== undefined) throw new Unfit(`it names hosts of ${overlapping.name}`);
  const roles = reached.roles.map(trustedRole);
  const hosts = new Map<string, InventoryHost>();
  for (const host of reached.hosts) {
    const judged = attempt(leftOut, host.name, () => trustedHost(host, name, patterns, roles, taken));
    if (judged !== null) hosts.set(judged.name, judged);
  }
  return {
    ...{ handle, name, patterns },
    knownHosts: trustedKnownHosts(reached.knownHosts, patterns),
    loginsRoles: roles.filter(({ principals }) => principals === 'logins'),
    hosts: [...hosts.values()].map((host) => (leadsBack(host, hosts) ? { ...host, jump: null } : host)),
  };
}

function trustedRole({
  name,
  handle,
  principals,
  logins,
  confined = false,
  keyTypes,
  extensions = [],
}: ReachedOrganization['roles'][number]): InventoryRole {
  if (!isHandle(handle)) throw new Unfit('a role has a handle that is none');
  return {
    ...{ name, handle, principals, logins: logins.map(login), confined, extensions },
    keyTypes: keyTypes ?? null,
  };
}

function trustedHost(
  reached: ReachedHost,
  organization: string,
  patterns: readonly NamePattern[],
  roles: readonly InventoryRole[],
  taken: Taken,
): InventoryHost {
  const { address, port, jump } = reached;
  const name = within(reached.name, patterns);
  const isName = address !== null && isHostName(address);
  const shorts = reached.shortNames.filter((short) => isShortFor(short, name, organization)).map(hostName);
  const host = {
    name,
    names: [name, ...new Set(shorts.filter((short) => short !== name && !taken(short, port)))],
    roles: roles.filter((role) => role.principals === 'role' && reached.roles.includes(role.name)),
    // What is no name must be an IP address: below, the writer looks.
    address: address === null ? name : isName ? within(address, patterns) : address,
    port,
    jump: jump === null ? null : within(jump, patterns),
  };
  clientConfig({ ...nothing, hosts: [{ ...host, alias: name, user: null }] });
  return host;
}

function within(text: string, patterns: readonly NamePattern[]): HostName {
  const name = hostName(text);
  if (!hostNameWithin(name, patterns)) throw new Unfit(`${name} is not within the organization's names`);
  return name;
}

/**
 * One label, or labels with the organization's own name behind them. Other short names with a dot are refused: `github.com` would be one of
 * github.com.globex.example.
 */
function isShortFor(short: string, name: HostName, organization: string): boolean {
  if (!isHostName(short) || short === 'localhost') return false;
  const bare = short.endsWith(`.${organization}`) ? short.slice(0, -organization.length - 1) : short;
  return name.startsWith(`${bare}.`) && (bare !== short || !short.includes('.'));
}

/** Without the short names that are somebody's names in full: of an organization named like the end of another's names. */
function withoutNames(
  organization: InventoryOrganization,
  patterns: readonly NamePattern[],
): InventoryOrganization {
  const free = (short: HostName, { name }: InventoryHost): boolean =>
    short === name || !hostNameWithin(short, patterns);
  return {
    ...organization,
    hosts: organization.hosts.map((host) => ({
      ...host,
      names: host.names.filter((each) => free(each, host)),
    })),
  };
}

/** Each line as our own writer writes it, its patterns within the organization's. */
function trustedKnownHosts(text: string, patterns: readonly NamePattern[]): string {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return lines
    .map((line) => {
      const authority = parseKnownHostsCertAuthorityLine(line);
      if (!authority.patterns.every((pattern) => patternWithin(pattern, patterns)))
        throw new Unfit('its host CA is to be believed for names that are not its own');
      return `${knownHostsCertAuthorityLine(authority)}\n`;
    })
    .join('');
}

/** True where the way to a host by jump hosts comes round to one that it has passed. */
function leadsBack(host: InventoryHost, hosts: ReadonlyMap<string, InventoryHost>): boolean {
  const passed = new Set<string>();
  for (let here: InventoryHost | undefined = host; here !== undefined; here = hosts.get(here.jump ?? '')) {
    if (passed.has(here.name)) return true;
    passed.add(here.name);
  }
  return false;
}

/**
 * A short name that means two hosts, or that is another one's name, means none; but what other organizations have costs the user's own
 * one nothing, and nobody else gets the first label of one of its hosts.
 */
function withoutAmbiguous(
  organizations: readonly InventoryOrganization[],
  home: string | null,
): InventoryOrganization[] {
  const hostsOf = (own: boolean): InventoryHost[] =>
    organizations.filter(({ handle }) => (handle === home) === own).flatMap(({ hosts }) => hosts);
  const timesAmong = (hosts: readonly InventoryHost[]): ReadonlyMap<string, number> => {
    const times = new Map<string, number>();
    for (const each of hosts.flatMap(({ names }) => names)) times.set(each, (times.get(each) ?? 0) + 1);
    return times;
  };
  const own = timesAmong(hostsOf(true));
  const others = timesAmong(hostsOf(false));
  const labels = new Set(hostsOf(true).map(({ name }) => name.replace(/\..*$/, '')));
  const fullNames = new Set<string>(hostsOf(false).map(({ name }) => name));
  const meansOne = (short: string, handle: string): boolean =>
    handle === home
      ? own.get(short) === 1 && !fullNames.has(short)
      : others.get(short) === 1 && !own.has(short) && !labels.has(short);
  return organizations.map((organization) => ({
    ...organization,
    hosts: organization.hosts.map((host) => ({
      ...host,
      names: host.names.filter((each) => each === host.name || meansOne(each, organization.handle)),
    })),
  }));
}

const nothing = { comments: [], hosts: [], trust: [], extraTrust: [], certificates: [], look: null };

class Unfit extends Error {}

function isHandle(text: string): boolean {
  return /^[a-z0-9]{16}$/.test(text);
}

/** What `judge` makes, or null and a word about it where it refuses. */
function attempt<T>(leftOut: string[], what: string, judge: () => T): T | null {
  try {
    return judge();
  } catch (error) {
    if (!(error instanceof Unfit) && !isCodedError(error)) throw error;
    leftOut.push(`${what}: ${error.message}`);
    return null;
  }
}
