import type { Reach } from '@writ/contract';
import { directories } from '../files/directories.js';
import type { Surroundings } from '../run.js';
import type { Client } from '../session/client.js';
import { readConfiguration } from '../session/configuration.js';
import { keepReach } from './set-up.js';

/**
 * What the service says of what the caller reaches plain `ssh` knows from now on, too, and what was revoked it offers no more. That it
 * cannot be told is a warning. Resolves to the short names that ssh takes, by host; null where it was told nothing.
 * @param reach what the service has just said; it is asked where this is not given
 */
export async function tellSsh(
  surroundings: Surroundings,
  client: Client,
  reach?: Reach,
): Promise<ReadonlyMap<string, readonly string[]> | null> {
  const ssh = (await readConfiguration(directories(surroundings.environment)))?.ssh;
  if (ssh?.wanted !== true) return null;
  try {
    const { organizations } = await keepReach(
      surroundings,
      client,
      reach ?? (await client.call('listReach', {})),
      ssh,
    );
    const hosts = organizations.flatMap((organization) => organization.hosts);
    return new Map(hosts.map(({ name, names }) => [name, names.filter((each) => each !== name)]));
  } catch (error) {
    surroundings.terminal.warn(
      `ssh was not told of it: ${error instanceof Error ? error.message : String(error)}`,
    );
    return null;
  }
}
