import { dirname, join } from 'node:path';
import { configNames, fits, textIfAny, type Names } from './config-names.js';
import { HashedNames } from './hashed-names.js';

/** Whose the short names on this machine are, as far as it says so without the network. */
export interface TakenNames {
  /** Names that the user's ssh_config, or the machine's, says something of: no organization gets them. */
  readonly configured: Names;
  /**
   * Names that mean something here otherwise: only the user's own organization gets them. Null where that cannot be said, because
   * there is too much to compare; so it is answered for a name, in small letters, and the port of the host that would get it.
   */
  readonly known: (name: string, port: number | null) => boolean | null;
}

/** So many hashes of known_hosts are compared at most each time: half a second of work (docs/engineers.md). */
const mostCompared = 500_000;
/** Where ssh is told to go to, beside 22 and what an organization says of its host. */
const usualPort = 2222;

/** Where it stands. */
export interface MachineFiles {
  readonly home: string;
  /** The user's own ssh_config. */
  readonly userConfig: string;
  readonly systemConfig: string;
  readonly hosts: string;
}

/**
 * Reads the user's ssh_config and the machine's with all that they include, /etc/hosts, and both known_hosts files of the user and of the machine;
 * what cannot be read says nothing. A hashed name in known_hosts cannot be read, but compared: as ssh writes it, without
 * a port or with 2222 or the port of the organization's host.
 * @param isOurs of the text of a file: whether `writ` wrote it
 * @param most how many hashes are compared at most, over all names
 */
export async function takenNames(
  { home, userConfig, systemConfig, hosts }: MachineFiles,
  isOurs: (text: string) => boolean,
  most: number = mostCompared,
): Promise<TakenNames> {
  const roots = [userConfig, systemConfig].map((file) => ({ file, base: dirname(file) }));
  const knownHosts = [userConfig, systemConfig].flatMap((file) => {
    const name = join(dirname(file), file === systemConfig ? 'ssh_known_hosts' : 'known_hosts');
    return [name, `${name}2`];
  });
  const texts = await Promise.all(knownHosts.map((name) => textIfAny(name)));
  const named = texts.flatMap((text) => text.split('\n')).map(knownHostsNames);
  const met = named.filter((names) => !/^[#|]/.test(names)).map(patterns);
  const hashed = new HashedNames(
    named.filter((names) => names.startsWith('|')),
    most,
  );
  const addressed = new Set((await textIfAny(hosts)).split('\n').flatMap(hostsFileNames));
  const lists = met.filter((patterns) => patterns.some((each) => /[*?!]/.test(each))).map(fits);
  const plain = new Set(met.flat().map((each) => each.toLowerCase()));
  return {
    configured: await configNames(roots, home, isOurs),
    known: (name, port) => {
      if (addressed.has(name) || plain.has(name) || lists.some((list) => list(name))) return true;
      const others = [...new Set([usualPort, port ?? 22])].filter((each) => each !== 22);
      const answers = [name, ...others.map((each) => `[${name}]:${each}`)].map((each) => hashed.has(each));
      return answers.includes(true) || (answers.includes(null) ? null : false);
    },
  };
}

/** What a line of known_hosts is about, behind whatever `@…` says of the key. */
function knownHostsNames(line: string): string {
  const fields = line.trim().split(/\s+/);
  return (fields[0]?.startsWith('@') ? fields[1] : fields[0]) ?? '';
}

/** Names and patterns without their ports. */
function patterns(names: string): string[] {
  return names.split(',').map((each) => each.replace(/^(!?)\[(.*)\]:\d+$/, '$1$2'));
}

/** All but the address of a line of /etc/hosts. */
function hostsFileNames(line: string): string[] {
  const [, ...names] = line.replace(/#.*$/, '').trim().toLowerCase().split(/\s+/);
  return names;
}
