import type { Run } from '../../run.js';
import { signedIn } from '../../session/client.js';
import { secondFactorCode } from './code.js';
import { printRecoveryCodes } from './recovery-codes.js';

export const run: Run = async (surroundings, input) => {
  const client = await signedIn(surroundings, null);
  const code = await secondFactorCode(surroundings, input);
  const { recoveryCodes } = await client.call('replaceRecoveryCodes', { body: { code } });
  printRecoveryCodes(surroundings.terminal, input, recoveryCodes);
};
