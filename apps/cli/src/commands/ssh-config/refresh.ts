import { fail } from '../../errors.js';
import { directories } from '../../files/directories.js';
import type { Run } from '../../run.js';
import { signedIn } from '../../session/client.js';
import { readConfiguration } from '../../session/configuration.js';
import { inTime } from '../../ssh/in-time.js';
import { refreshSsh } from '../../ssh/set-up.js';

export const run: Run = async (surroundings, input) => {
  const ssh = (await readConfiguration(directories(surroundings.environment)))?.ssh;
  if (ssh?.wanted !== true)
    fail('usage_invalid', 'ssh is not told of certificates here: `writ login --ssh-config`.');
  await inTime('has not said what you may reach', async () =>
    refreshSsh(surroundings, await signedIn(surroundings, null), ssh),
  );
  if (input.json) surroundings.terminal.json({ refreshed: true });
};
