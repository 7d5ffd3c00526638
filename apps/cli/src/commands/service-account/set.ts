import { shortName, userName } from '../../names.js';
import type { Run } from '../../run.js';
import { signedIn } from '../../session/client.js';

export const run: Run = async (surroundings, input) => {
  const { terminal } = surroundings;
  const administrativeRole = shortName(input.required('as'));
  const account = userName(input.argument('account'));
  const client = await signedIn(surroundings, input);
  const changed = await client.call('setServiceAccount', {
    params: { ...client.organization, account },
    body: { administrativeRole },
  });
  if (input.json) terminal.json(changed);
  else terminal.say(`${changed.name} is ${changed.administrativeRole} from now on.`);
};
