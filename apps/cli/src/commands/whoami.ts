import type { Run } from '../run.js';
import { signedIn } from '../session/client.js';
import { tellSsh } from '../ssh/tell-ssh.js';
import { describeWhoami } from '../view/whoami.js';

export const run: Run = async (surroundings, input) => {
  const client = await signedIn(surroundings, null);
  const whoami = await client.call('whoami', {});
  if (input.json) return surroundings.terminal.json(whoami);
  if (input.flag('permissions')) surroundings.terminal.data(...whoami.permissions);
  else {
    // Who has yet to add a second factor may ask for nothing else.
    const asked = surroundings.clock();
    const reach = whoami.session.secondFactorMissing
      ? { organizations: [] }
      : await client.call('listReach', {});
    if (!whoami.session.secondFactorMissing) await tellSsh(surroundings, client, { reach, asked });
    surroundings.terminal.data(...describeWhoami(whoami, client.session.server, reach));
  }
};
