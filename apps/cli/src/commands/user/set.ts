import { shortName, userName } from '../../names.js';
import type { Run } from '../../run.js';
import { signedIn } from '../../session/client.js';

export const run: Run = async (surroundings, input) => {
  const { terminal } = surroundings;
  const administrativeRole = shortName(input.required('as'));
  const client = await signedIn(surroundings, input);
  const user = await client.call('setUser', {
    params: { ...client.organization, user: userName(input.argument('user')) },
    body: { administrativeRole },
  });
  if (input.json) terminal.json(user);
  else terminal.say(`${user.name} is ${user.administrativeRole} from now on.`);
};
