import { shortName, userName } from '../../names.js';
import type { Run } from '../../run.js';
import { signedIn } from '../../session/client.js';
import { printInvitation } from '../../view/user.js';

export const run: Run = async (surroundings, input) => {
  const client = await signedIn(surroundings, input);
  const as = input.option('as');
  const made = await client.call('inviteUser', {
    params: client.organization,
    body: {
      name: userName(input.argument('user')),
      ...(as === undefined ? {} : { administrativeRole: shortName(as) }),
    },
  });
  printInvitation(surroundings.terminal, input, made, client.session.server);
};
