import { uuid } from '../../../names.js';
import type { Run } from '../../../run.js';
import { signedIn } from '../../../session/client.js';

export const run: Run = async (surroundings, input) => {
  const token = uuid(input.argument('token'), 'writ host token list');
  const client = await signedIn(surroundings, input);
  await client.call('revokeJoinToken', { params: { ...client.organization, token } });
  if (input.json) return surroundings.terminal.json({ revoked: token });
  surroundings.terminal.say(
    'No host joins with this token any more; those that have stay: `writ host remove` ends one.',
  );
};
