import { clientConfig, type ClientCertificate, type HostName, type NamePattern } from '@writ/openssh/trust';
import { choices, jumpHosts, onlyLogin } from './choices.js';
import type { Inventory, InventoryOrganization, InventoryRole } from './inventory.js';
import { knownHostsFile, revokedHostsFile, roleCertificateFile, type SshPlaces } from './places.js';
import type { RevokedHosts } from './revoked-hosts.js';

/** How ssh is to use certificates. */
export interface KeyUse {
  /** Absolute path of the private key, or of the public one where an agent alone has the private one. */
  readonly identityFile: string;
  /** Null: it cannot be read. */
  readonly keyType: string | null;
  /** Whether the check also sees to it that ssh-agent has the certificate. */
  readonly agent: boolean;
}

const comments = [
  'Written by `writ`, and written anew by it: what is changed here is lost.',
  '`writ ssh-config remove` takes away all that it put in place.',
] as const;

/** Whether a file of ssh_config, by its text, is one that `sshConfig` made, here or for other directories of the same user. */
export const isSshConfigOfOurs = (text: string): boolean => text.startsWith(`# ${comments[0]}\n`);

/**
 * The file that the user's ssh_config includes.
 * @param revokedHosts the organizations whose KRL is there to be read: ssh believes no host where it cannot read one
 *
 * Throws the codes of `clientConfig`. */
export function sshConfig(
  places: SshPlaces,
  { organizations }: Inventory,
  use: KeyUse,
  revokedHosts: RevokedHosts,
): string {
  const revokedHostKeysFile = (handle: string): string | null =>
    revokedHosts.has(handle) ? revokedHostsFile(places, handle) : null;
  return clientConfig({
    comments,
    hosts: organizations.flatMap(({ hosts }) =>
      hosts.map(({ name, names, address, port, jump, roles }) => ({
        ...{ names, alias: name, address, port, jump },
        user: onlyLogin(roles),
      })),
    ),
    trust: organizations
      .map(({ handle, hosts }) => ({
        names: hosts.flatMap(({ names }) => names),
        knownHostsFile: knownHostsFile(places, handle),
        revokedHostKeysFile: revokedHostKeysFile(handle),
      }))
      .filter(({ names }) => names.length > 0),
    extraTrust: organizations
      .filter(({ patterns }) => patterns.length > 0)
      .map((organization) => ({
        names: organization.patterns,
        except: listed(organization),
        knownHostsFile: knownHostsFile(places, organization.handle),
        revokedHostKeysFile: revokedHostKeysFile(organization.handle),
      })),
    certificates: organizations.flatMap((organization) => certificates(places, organization, use)),
    // Of hosts that are known it is part of their own check.
    look: {
      patterns: organizations.flatMap(({ patterns }) => patterns),
      except: organizations.flatMap(({ hosts }) => hosts.flatMap(({ names }) => names)),
      check: { script: places.check, words: ['look'] },
    },
  });
}

function certificates(
  places: SshPlaces,
  organization: InventoryOrganization,
  use: KeyUse,
): ClientCertificate[] {
  const blocks = (
    roles: readonly InventoryRole[],
    names: readonly (HostName | NamePattern)[],
    except: readonly HostName[],
    jump: boolean,
  ): ClientCertificate[] =>
    choices(roles, use.keyType, jump).map(({ role, logins }) => ({
      ...{ names, except, logins, identityFile: use.identityFile },
      check: {
        script: places.check,
        words: [organization.handle, role.handle, ...(use.agent ? ['agent'] : [])],
      },
      certificateFile: roleCertificateFile(places, { organization: organization.handle, role: role.handle }),
    }));
  const joined = [...byRoles(organization)].flatMap(({ roles, names, jump }) =>
    blocks(roles, names, [], jump),
  );
  if (organization.patterns.length === 0) return joined;
  return [...joined, ...blocks(organization.loginsRoles, organization.patterns, listed(organization), false)];
}

interface AlikeHosts {
  readonly roles: readonly InventoryRole[];
  readonly names: HostName[];
  readonly jump: boolean;
}

/** Hosts with the same roles share their blocks; those that others are reached through apart. */
function byRoles({ hosts }: InventoryOrganization): Iterable<AlikeHosts> {
  const groups = new Map<string, AlikeHosts>();
  const jumps = jumpHosts(hosts);
  for (const { name, roles, names } of hosts) {
    const jump = jumps.has(name);
    const handles = roles.map(({ handle }) => handle).sort();
    const key = [jump ? 'jump' : '', ...handles].join(' ');
    const group = groups.get(key) ?? { roles, names: [], jump };
    group.names.push(...names);
    groups.set(key, group);
  }
  return groups.values();
}

function listed({ hosts }: InventoryOrganization): HostName[] {
  return hosts.map(({ name }) => name);
}
