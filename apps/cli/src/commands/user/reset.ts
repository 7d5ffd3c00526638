import { userName } from '../../names.js';
import type { Run } from '../../run.js';
import { signedIn } from '../../session/client.js';
import { printInvitation } from '../../view/user.js';

export const run: Run = async (surroundings, input) => {
  const client = await signedIn(surroundings, input);
  const made = await client.call('resetUser', {
    params: { ...client.organization, user: userName(input.argument('user')) },
  });
  printInvitation(surroundings.terminal, input, made, client.session.server);
};
