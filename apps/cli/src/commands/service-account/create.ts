import { shortName, userName } from '../../names.js';
import type { Run } from '../../run.js';
import { signedIn } from '../../session/client.js';

export const run: Run = async (surroundings, input) => {
  const { terminal } = surroundings;
  const as = input.option('as');
  const name = userName(input.argument('account'));
  const client = await signedIn(surroundings, input);
  const account = await client.call('createServiceAccount', {
    params: client.organization,
    body: { name, ...(as === undefined ? {} : { administrativeRole: shortName(as) }) },
  });
  if (input.json) terminal.json(account);
  else
    terminal.say(
      `Made ${account.name}; register its key: \`writ service-account key add ${account.name} --key <file>.pub${input.inOrganization}\`.`,
    );
};
