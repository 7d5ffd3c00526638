import { fingerprint } from '@writ/openssh/key';
import { readKeyFile } from '../../../keys/key-file.js';
import { userName } from '../../../names.js';
import type { Run } from '../../../run.js';
import { signedIn } from '../../../session/client.js';
import { loginTo } from '../../../view/user.js';

export const run: Run = async (surroundings, input) => {
  const { terminal } = surroundings;
  const account = userName(input.argument('account'));
  const key = await readKeyFile(input.required('key'));
  const client = await signedIn(surroundings, input);
  const changed = await client.call('addSignInKey', {
    params: { ...client.organization, account },
    body: { publicKey: key.line },
  });
  if (input.json) return terminal.json(changed);
  const organization = input.option('org') ?? client.session.tokens.organization.name;
  terminal.say(`${account} signs in with ${fingerprint(key.publicKey)} from now on, where that key is:`);
  terminal.say(
    `  ${loginTo(client.session.server)} --org ${organization} --service-account ${account} --key ${key.path}`,
  );
};
