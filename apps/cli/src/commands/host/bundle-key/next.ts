import type { Run } from '../../../run.js';
import { signedIn } from '../../../session/client.js';

export const run: Run = async (surroundings, input) => {
  const { terminal } = surroundings;
  const client = await signedIn(surroundings, input);
  const key = await client.call('announceBundleKey', { params: client.organization });
  if (input.json) return terminal.json(key);
  terminal.data(key.fingerprint);
  terminal.say(
    `Hosts hear of it with their next sync. \`writ host bundle-key list${input.inOrganization}\` shows which ones have not;`,
  );
  terminal.say(`then: writ host bundle-key activate${input.inOrganization}`);
};
