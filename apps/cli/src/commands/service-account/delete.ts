import { userName } from '../../names.js';
import type { Run } from '../../run.js';
import { signedIn } from '../../session/client.js';
import { askAboutServiceAccount } from './ask.js';

export const run: Run = async (surroundings, input) => {
  const { terminal } = surroundings;
  const account = userName(input.argument('account'));
  const client = await signedIn(surroundings, input);
  const question = `Delete ${account} for good, with its certificates, keys, groups and roles?`;
  await askAboutServiceAccount(terminal, client, input, account, question);
  await client.call('deleteServiceAccount', { params: { ...client.organization, account } });
  if (input.json) terminal.json({ deleted: true });
  else terminal.say(`${account} is deleted; what was issued to it is revoked for good.`);
};
