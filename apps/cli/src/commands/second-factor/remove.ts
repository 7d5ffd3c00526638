import type { Run } from '../../run.js';
import { signedIn } from '../../session/client.js';
import { secondFactorCode } from './code.js';

export const run: Run = async (surroundings, input) => {
  const { terminal } = surroundings;
  const client = await signedIn(surroundings, null);
  const code = await secondFactorCode(surroundings, input, 'Code of your second factor, or a recovery code');
  await client.call('removeSecondFactor', { body: { code } });
  if (input.json) terminal.json({ removed: true });
  else terminal.say('Your second factor is removed; signing in takes your password alone.');
};
