import { fail } from '../../errors.js';
import { chosenRequest } from '../../host-key-request.js';
import type { Run } from '../../run.js';
import { signedIn } from '../../session/client.js';
import { askText } from '../../terminal/ask.js';
import { describeRequest, keyLines } from '../../view/host.js';

/** What is typed to go on: longer than a key that is pressed by mistake. */
const word = 'approve';

/** What was looked at is what is approved: the service refuses if anything else waits by then. */
export const run: Run = async (surroundings, input) => {
  const { terminal } = surroundings;
  const named = input.values('fingerprint');
  if (named.length === 0 && !terminal.canAsk)
    fail('usage_invalid', 'Say which key the host showed you: --fingerprint SHA256:…');
  const client = await signedIn(surroundings, input);
  const params = { ...client.organization, host: input.argument('host') };
  const host = await client.call('showHost', { params });
  // What was refused has to be named.
  const request = chosenRequest(
    host,
    named.length === 0 ? host.waiting : [...host.waiting, ...host.refused],
    named,
  );
  terminal.say(`${host.name} has these keys on record:`, ...keyLines(host.keys));
  terminal.say(...describeRequest(request));
  if (named.length === 0) {
    terminal.say(
      'Compare them with what the host itself says: ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub',
    );
    if ((await askText(`Type ${word} to make the new keys the host's own`)) !== word)
      fail('cancelled', 'Nothing was done.');
  }
  const approved = await client.call('approveHost', {
    params,
    body: { fingerprints: [...request.fingerprints] },
  });
  if (input.json) terminal.json(approved);
  else
    terminal.say(
      `The new keys are ${approved.name}'s; certificates for those it lost are revoked. It goes on at its next sync.`,
    );
};
