import { uuid } from '../../names.js';
import type { Run } from '../../run.js';
import { signedIn } from '../../session/client.js';
import { printChangedDelegation } from '../../view/delegation.js';

export const run: Run = async (surroundings, input) => {
  const delegation = uuid(input.argument('delegation'), 'writ delegation list');
  const client = await signedIn(surroundings, input);
  const made = await client.call('endDelegation', { params: { ...client.organization, delegation } });
  const sentence = `${made.to} holds ${made.customer}/${made.role} no longer; certificates that rested on it are revoked.`;
  printChangedDelegation(surroundings.terminal, input, made, sentence);
};
