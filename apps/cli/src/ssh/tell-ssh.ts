import { directories } from '../files/directories.js';
import type { Surroundings } from '../run.js';
import type { Client } from '../session/client.js';
import { readConfiguration } from '../session/configuration.js';
import type { Inventory } from './inventory.js';
import { askReach, keepReach, type Heard } from './set-up.js';

/**
 * What the service says of what the caller reaches plain `ssh` knows from now on, too, and what was revoked it offers no more. That it
 * cannot be told is a warning. Resolves with what ssh knows then; null where it was told nothing.
 * @param heard what the service has just said; it is asked where this is not given
 */
export async function tellSsh(
  surroundings: Surroundings,
  client: Client,
  heard?: Heard,
): Promise<Inventory | null> {
  const ssh = (await readConfiguration(directories(surroundings.environment)))?.ssh;
  if (ssh?.wanted !== true) return null;
  try {
    return await keepReach(surroundings, client, heard ?? (await askReach(surroundings, client)), ssh);
  } catch (error) {
    surroundings.terminal.warn(
      `ssh was not told of it: ${error instanceof Error ? error.message : String(error)}`,
    );
    return null;
  }
}
