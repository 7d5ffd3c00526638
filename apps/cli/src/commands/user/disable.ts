import type { Run } from '../../run.js';
import { signedIn } from '../../session/client.js';
import { askToGoOn } from '../../terminal/ask.js';

export const run: Run = async (surroundings, input) => {
  const { terminal } = surroundings;
  const name = input.argument('user');
  const client = await signedIn(surroundings);
  const question = `Close the account of ${name}, end its sessions and revoke its certificates and keys for good?`;
  await askToGoOn(terminal, question, input.flag('yes'));
  const user = await client.call('disableUser', { params: { ...client.organization, user: name } });
  if (input.json) terminal.json(user);
  else
    terminal.say(
      `${user.name} is disabled: sessions have ended, certificates and keys are revoked for good. After \`writ user enable\` ` +
        'they need a new key.',
    );
};
