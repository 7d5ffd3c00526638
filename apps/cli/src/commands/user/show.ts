import { userName } from '../../names.js';
import type { Run } from '../../run.js';
import { signedIn } from '../../session/client.js';
import { describeUser } from '../../view/user.js';

export const run: Run = async (surroundings, input) => {
  const client = await signedIn(surroundings, input);
  const user = await client.call('showUser', {
    params: { ...client.organization, user: userName(input.argument('user')) },
  });
  if (input.json) surroundings.terminal.json(user);
  else surroundings.terminal.data(...describeUser(user));
};
