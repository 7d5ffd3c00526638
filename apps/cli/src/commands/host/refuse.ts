import type { Run } from '../../run.js';
import { signedIn } from '../../session/client.js';
import { askToGoOn } from '../../terminal/ask.js';
import { chosenRequest } from '../../host-key-request.js';
import { describeRequest, keyLines } from '../../view/host.js';

/** What was looked at is what is refused: the service refuses if anything else waits by then. */
export const run: Run = async (surroundings, input) => {
  const { terminal } = surroundings;
  const client = await signedIn(surroundings, input);
  const params = { ...client.organization, host: input.argument('host') };
  const host = await client.call('showHost', { params });
  const request = chosenRequest(host, host.waiting, input.values('fingerprint'));
  terminal.say(`${host.name} has these keys on record:`, ...keyLines(host.keys));
  terminal.say(...describeRequest(request));
  await askToGoOn(terminal, 'Refuse the new keys?', input.flag('yes'));
  const refused = await client.call('refuseHost', {
    params,
    body: { fingerprints: [...request.fingerprints] },
  });
  if (input.json) terminal.json(refused);
  else
    terminal.say(
      `The new keys are refused; ${refused.name} stays as it is, and who asks for them again is told so.`,
    );
};
