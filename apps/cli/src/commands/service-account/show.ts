import { userName } from '../../names.js';
import type { Run } from '../../run.js';
import { signedIn } from '../../session/client.js';
import { describeServiceAccount } from '../../view/service-account.js';

export const run: Run = async (surroundings, input) => {
  const account = userName(input.argument('account'));
  const client = await signedIn(surroundings, input);
  const shown = await client.call('showServiceAccount', { params: { ...client.organization, account } });
  if (input.json) surroundings.terminal.json(shown);
  else surroundings.terminal.data(...describeServiceAccount(shown));
};
