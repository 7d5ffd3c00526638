import { userName } from '../../names.js';
import type { Run } from '../../run.js';
import { signedIn } from '../../session/client.js';
import { stateOf } from '../../view/user.js';

export const run: Run = async (surroundings, input) => {
  const { terminal } = surroundings;
  const client = await signedIn(surroundings, input);
  const user = await client.call('enableUser', {
    params: { ...client.organization, user: userName(input.argument('user')) },
  });
  if (input.json) return terminal.json(user);
  const now = user.state === 'locked' ? `disabled no more, and ${stateOf(user)}` : `${user.state} again`;
  terminal.say(`${user.name} is ${now}; what was revoked, keys too, stays revoked.`);
};
