import { userName } from '../names.js';
import type { Run } from '../run.js';
import { signedIn } from '../session/client.js';

export const run: Run = async (surroundings, input) => {
  const { terminal } = surroundings;
  const user = userName(input.required('user'));
  const client = await signedIn(surroundings, input);
  const result = await client.call('unlockAccount', { params: client.organization, body: { user } });
  if (input.json) terminal.json(result);
  else
    terminal.say(
      result.state === 'disabled'
        ? `${user} is not locked any more, and stays closed: what was revoked meanwhile stays so. KRL version ${result.krlVersion}.`
        : `${user} is not locked any more. KRL version ${result.krlVersion}; hosts let it in again once they have it, but for what was revoked meanwhile.`,
    );
};
