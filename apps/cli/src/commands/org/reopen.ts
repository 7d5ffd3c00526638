import { shortName } from '../../names.js';
import type { Run } from '../../run.js';
import { signedIn } from '../../session/client.js';

export const run: Run = async (surroundings, input) => {
  const { terminal } = surroundings;
  const name = shortName(input.argument('org'));
  const client = await signedIn(surroundings, null);
  const opened = await client.call('reopenCustomer', { params: { ...client.home, customer: name } });
  if (input.json) return terminal.json(opened);
  terminal.say(`${name} is open again; its people sign in anew.`);
};
