import { assertLongEnough } from '../new-password.js';
import type { Run } from '../run.js';
import { signedIn } from '../session/client.js';
import { secret } from '../terminal/secret.js';

export const run: Run = async (surroundings, input) => {
  const { terminal } = surroundings;
  const client = await signedIn(surroundings, null);
  const currentPassword = await secret(surroundings, input, {
    ...{
      what: 'current password',
      option: 'password',
      variable: 'WRIT_PASSWORD',
      question: 'Current password',
    },
  });
  const newPassword = await secret(surroundings, input, {
    ...{
      what: 'new password',
      option: 'new-password',
      variable: 'WRIT_NEW_PASSWORD',
      question: 'New password',
    },
    twice: assertLongEnough,
  });
  await terminal.working('Changing', () =>
    client.call('changePassword', { body: { currentPassword, newPassword } }),
  );
  if (input.json) terminal.json({ changed: true });
  else terminal.say('The password is changed; your other sessions have ended.');
};
