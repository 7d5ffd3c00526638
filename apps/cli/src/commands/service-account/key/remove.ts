import { Fingerprint } from '@writ/contract';
import { fingerprint } from '@writ/openssh/key';
import { readKeyFile } from '../../../keys/key-file.js';
import { userName } from '../../../names.js';
import type { Run } from '../../../run.js';
import { signedIn } from '../../../session/client.js';
import { askAboutServiceAccount } from '../ask.js';

export const run: Run = async (surroundings, input) => {
  const { terminal } = surroundings;
  const account = userName(input.argument('account'));
  const given = input.required('key');
  const parsed = Fingerprint.safeParse(given);
  const named = parsed.success ? parsed.data : fingerprint((await readKeyFile(given)).publicKey);
  const client = await signedIn(surroundings, input);
  const question = `Take the key ${named} from ${account}, end its sessions and revoke its certificates for good?`;
  await askAboutServiceAccount(terminal, client, input, account, question);
  const changed = await client.call('removeSignInKey', {
    params: { ...client.organization, account },
    body: { fingerprint: named },
  });
  if (input.json) return terminal.json(changed);
  const left = changed.keys.length;
  terminal.say(
    `${account} does not sign in with ${named} any more; ` +
      (left === 0 ? 'it has no key left.' : `it has ${left} other ${left === 1 ? 'key' : 'keys'}.`),
  );
};
