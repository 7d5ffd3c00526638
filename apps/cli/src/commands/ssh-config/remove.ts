import { directories } from '../../files/directories.js';
import type { Run } from '../../run.js';
import { changeConfiguration, readConfiguration } from '../../session/configuration.js';
import { withSessionLock } from '../../session/lock.js';
import { takeDownSsh } from '../../ssh/set-up.js';

export const run: Run = async (surroundings, input) => {
  const where = directories(surroundings.environment);
  // Who waits for the service puts nothing back.
  await withSessionLock(where, async () => {
    const ssh = (await readConfiguration(where))?.ssh ?? null;
    await takeDownSsh(surroundings, ssh);
    if (ssh !== null)
      await changeConfiguration(where, { ssh: { ...ssh, wanted: false, madeUserConfig: false } });
  });
  if (input.json) surroundings.terminal.json({ removed: true });
  else surroundings.terminal.say('ssh is as it was. `writ login --ssh-config` sets it up again.');
};
