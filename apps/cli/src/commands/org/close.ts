import { shortName } from '../../names.js';
import type { Run } from '../../run.js';
import { signedIn } from '../../session/client.js';
import { askToGoOn } from '../../terminal/ask.js';

export const run: Run = async (surroundings, input) => {
  const { terminal } = surroundings;
  const name = shortName(input.argument('org'));
  const client = await signedIn(surroundings, null);
  const question = `Close ${name}, end its sessions and revoke its user certificates for good?`;
  await askToGoOn(terminal, question, input.flag('yes'));
  const params = { ...client.home, customer: name };
  const closed = await client.call('closeCustomer', { params });
  if (input.json) return terminal.json(closed);
  terminal.say(`${name} is closed: nobody signs in to it, and its user certificates are revoked for good.`);
};
