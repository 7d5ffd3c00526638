import { userName } from '../../names.js';
import type { Run } from '../../run.js';
import { signedIn } from '../../session/client.js';

export const run: Run = async (surroundings, input) => {
  const { terminal } = surroundings;
  const client = await signedIn(surroundings, input);
  const user = await client.call('enableUser', {
    params: { ...client.organization, user: userName(input.argument('user')) },
  });
  if (input.json) terminal.json(user);
  else terminal.say(`${user.name} is ${user.state} again; what was revoked, keys too, stays revoked.`);
};
