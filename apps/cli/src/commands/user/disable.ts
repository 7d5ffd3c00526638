import { userName } from '../../names.js';
import type { Run } from '../../run.js';
import { askAboutUser } from '../../session/ask-about.js';
import { signedIn } from '../../session/client.js';

export const run: Run = async (surroundings, input) => {
  const { terminal } = surroundings;
  const name = userName(input.argument('user'));
  const client = await signedIn(surroundings, input);
  const question = `Close the account of ${name}, end its sessions and revoke its certificates and keys for good?`;
  await askAboutUser(terminal, client, name, question, input.flag('yes'));
  const user = await client.call('disableUser', { params: { ...client.organization, user: name } });
  if (input.json) terminal.json(user);
  else
    terminal.say(
      `${user.name} is disabled: sessions have ended, certificates and keys are revoked for good. After \`writ user enable\` ` +
        'they need a new key.',
    );
};
