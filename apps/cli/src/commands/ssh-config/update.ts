import { fail } from '../../errors.js';
import { directories } from '../../files/directories.js';
import type { Run } from '../../run.js';
import { signedIn } from '../../session/client.js';
import { readConfiguration } from '../../session/configuration.js';
import { setUpSsh } from '../../ssh/set-up.js';
import { saySsh } from '../../view/ssh.js';

export const run: Run = async (surroundings, input) => {
  const where = directories(surroundings.environment);
  const ssh = (await readConfiguration(where))?.ssh;
  if (ssh?.wanted !== true)
    fail('usage_invalid', 'ssh is not told of certificates here: `writ login --ssh-config`.');
  const client = await signedIn(surroundings, null);
  const inventory = await setUpSsh(surroundings, client, ssh);
  const hosts = inventory.organizations.flatMap(({ hosts }) => hosts).length;
  if (input.json) surroundings.terminal.json({ hosts, leftOut: inventory.leftOut });
  else saySsh(surroundings.terminal, inventory, where.home);
};
