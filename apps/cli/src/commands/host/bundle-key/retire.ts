import type { Run } from '../../../run.js';
import { signedIn } from '../../../session/client.js';

export const run: Run = async (surroundings, input) => {
  const { terminal } = surroundings;
  const client = await signedIn(surroundings, input);
  const body = { fingerprint: input.argument('fingerprint') };
  const key = await client.call('retireBundleKey', { params: client.organization, body });
  if (input.json) return terminal.json(key);
  terminal.say(`${key.fingerprint} is announced no more, and will never sign.`);
};
