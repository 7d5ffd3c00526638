import { join } from 'node:path';
import type { Directories } from '../files/directories.js';

/** Where what `writ` tells ssh is kept, all of it in one directory of ours but for one line of the user's ssh_config. */
export interface SshPlaces {
  readonly userConfig: string;
  readonly directory: string;
  /** What that line includes. */
  readonly config: string;
  readonly check: string;
  /** How the check starts `writ`: five lines. */
  readonly command: string;
  /** The service's last answer to what the user may reach. */
  readonly inventory: string;
  readonly knownHosts: string;
  /** KRLs, which say which hosts are believed no more. */
  readonly revokedHosts: string;
  readonly certificates: string;
  /** The agents (by their sockets) that were given certificates, a line each. */
  readonly agents: string;
  /** When the service was last asked what is new (s since 1970), for the check to read. */
  readonly looked: string;
  /** When the service was asked for what is in `inventory` (ms). */
  readonly asked: string;
  /** There while the session is known to have ended. */
  readonly ended: string;
}

export function sshPlaces({ home, configuration }: Directories): SshPlaces {
  const directory = join(configuration, 'ssh');
  const at = (name: string): string => join(directory, name);
  return {
    userConfig: join(home, '.ssh', 'config'),
    directory,
    config: at('config'),
    check: at('check'),
    command: at('command'),
    inventory: at('inventory.json'),
    knownHosts: at('known_hosts'),
    revokedHosts: at('revoked_hosts'),
    certificates: at('certificates'),
    agents: at('agents'),
    looked: at('looked'),
    asked: at('asked'),
    ended: at('ended'),
  };
}

/** A role of an organization, by their handles: what the check is called with. */
export interface RoleOf {
  readonly organization: string;
  readonly role: string;
}

export const knownHostsFile = (places: SshPlaces, organization: string): string =>
  join(places.knownHosts, organization);

export const revokedHostsFile = (places: SshPlaces, organization: string): string =>
  join(places.revokedHosts, organization);

export const roleCertificateFile = (places: SshPlaces, { organization, role }: RoleOf): string =>
  join(places.certificates, `${organization}-${role}-cert.pub`);
