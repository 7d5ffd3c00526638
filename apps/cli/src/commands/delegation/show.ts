import { uuid } from '../../names.js';
import type { Run } from '../../run.js';
import { signedIn } from '../../session/client.js';
import { describeDelegation } from '../../view/delegation.js';

export const run: Run = async (surroundings, input) => {
  const delegation = uuid(input.argument('delegation'), 'writ delegation list');
  const client = await signedIn(surroundings, input);
  const shown = await client.call('showDelegation', { params: { ...client.organization, delegation } });
  if (input.json) surroundings.terminal.json(shown);
  else surroundings.terminal.data(...describeDelegation(shown));
};
