import { userName } from '../../names.js';
import type { Run } from '../../run.js';
import { signedIn } from '../../session/client.js';
import { askAboutServiceAccount } from './ask.js';

export const run: Run = async (surroundings, input) => {
  const { terminal } = surroundings;
  const account = userName(input.argument('account'));
  const client = await signedIn(surroundings, input);
  const question = `Close ${account}, end its sessions and revoke its certificates and keys for good?`;
  await askAboutServiceAccount(terminal, client, input, account, question);
  const closed = await client.call('disableServiceAccount', { params: { ...client.organization, account } });
  if (input.json) terminal.json(closed);
  else
    terminal.say(
      `${closed.name} is disabled: sessions have ended, certificates and keys are revoked for good. After ` +
        '`writ service-account enable` it needs a new key.',
    );
};
