import { dirname, join } from 'node:path';
import { configNames, fits, textIfAny, type Names } from './config-names.js';

/** Whose the short names on this machine are, as far as it says so without the network. */
export interface TakenNames {
  /** Names that the user's ssh_config, or the machine's, says something of: no organization gets them. */
  readonly configured: Names;
  /** Names that mean something here otherwise: only the user's own organization gets them. */
  readonly known: Names;
}

/** Where it stands. */
export interface MachineFiles {
  readonly home: string;
  /** The user's own ssh_config. */
  readonly userConfig: string;
  readonly systemConfig: string;
  readonly hosts: string;
}

/**
 * Reads the user's ssh_config and the machine's with all that they include, /etc/hosts, and both known_hosts files of the user;
 * what cannot be read says nothing. A hashed name in known_hosts cannot be read.
 * @param isOurs of the text of a file: whether `writ` wrote it
 */
export async function takenNames(
  { home, userConfig, systemConfig, hosts }: MachineFiles,
  isOurs: (text: string) => boolean,
): Promise<TakenNames> {
  const ssh = dirname(userConfig);
  const roots = [userConfig, systemConfig].map((file) => ({ file, base: dirname(file) }));
  const texts = await Promise.all(['known_hosts', 'known_hosts2'].map((name) => textIfAny(join(ssh, name))));
  const met = texts.flatMap((text) => text.split('\n')).map(knownHostsPatterns);
  const addressed = new Set((await textIfAny(hosts)).split('\n').flatMap(hostsFileNames));
  const lists = met.filter((patterns) => patterns.some((each) => /[*?!]/.test(each))).map(fits);
  const plain = new Set(met.flat().map((each) => each.toLowerCase()));
  return {
    configured: await configNames(roots, home, isOurs),
    known: (name) => addressed.has(name) || plain.has(name) || lists.some((list) => list(name)),
  };
}

/** The names of a line of known_hosts, without the ports and whatever `@…` says of the key. */
function knownHostsPatterns(line: string): string[] {
  const fields = line.trim().split(/\s+/);
  const [names = ''] = fields[0]?.startsWith('@') ? fields.slice(1) : fields;
  if (/^[#|]/.test(names)) return [];
  return names.split(',').map((each) => each.replace(/^(!?)\[(.*)\]:\d+$/, '$1$2'));
}

/** All but the address of a line of /etc/hosts. */
function hostsFileNames(line: string): string[] {
  const [, ...names] = line.replace(/#.*$/, '').trim().toLowerCase().split(/\s+/);
  return names;
}
