import { uuid } from '../../names.js';
import type { Run } from '../../run.js';
import { signedIn } from '../../session/client.js';
import { describeRevocation } from '../../view/revocation.js';

export const run: Run = async (surroundings, input) => {
  const revocation = uuid(input.argument('revocation'), 'writ revoked list');
  const client = await signedIn(surroundings, input);
  const shown = await client.call('showRevocation', { params: { ...client.organization, revocation } });
  if (input.json) surroundings.terminal.json(shown);
  else surroundings.terminal.data(...describeRevocation(shown));
};
