import { fail } from '../../../errors.js';
import type { Run } from '../../../run.js';
import { signedIn } from '../../../session/client.js';
import { askToGoOn } from '../../../terminal/ask.js';
import { unknownToText } from '../../../view/bundle-key.js';

/** Who may answer is asked here; a script has to say --anyway, or the service refuses and names the hosts. */
export const run: Run = async (surroundings, input) => {
  const { terminal } = surroundings;
  const client = await signedIn(surroundings, input);
  const { items } = await client.call('listBundleKeys', { params: client.organization });
  const next = items.find(({ state }) => state === 'next');
  if (next === undefined)
    return fail(
      'usage_invalid',
      `No next key is announced: \`writ host bundle-key next${input.inOrganization}\` makes one.`,
    );
  let anyway = input.flag('anyway');
  if (!anyway && next.unknownTo.count > 0 && terminal.canAsk) {
    terminal.say(`Not heard of it yet: ${unknownToText(next)}.`);
    terminal.say('These would refuse every bundle, until `writ-host trust` is run on each of them.');
    await askToGoOn(terminal, `Let ${next.fingerprint} sign all the same?`, false);
    anyway = true;
  }
  const body = { fingerprint: next.fingerprint, anyway };
  const key = await client.call('activateBundleKey', { params: client.organization, body });
  if (input.json) return terminal.json(key);
  terminal.say(
    `${key.fingerprint} signs bundles from now on. Join tokens made before are of no use any more.`,
  );
  if (key.unknownTo.count > 0)
    terminal.say(`On ${unknownToText(key)}, as root:  writ-host trust --bundle-key ${key.fingerprint}`);
};
