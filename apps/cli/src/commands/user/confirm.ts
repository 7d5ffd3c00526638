import type { Run } from '../../run.js';
import { signedIn } from '../../session/client.js';

export const run: Run = async (surroundings, input) => {
  const { terminal } = surroundings;
  const client = await signedIn(surroundings, input);
  const user = await client.call('confirmUser', {
    params: { ...client.organization, user: input.argument('user') },
  });
  if (input.json) terminal.json(user);
  else terminal.say(`${user.name} counts as a person of its own, until the account is reset.`);
};
