import { fail } from '../../errors.js';
import { labelsOf } from '../../labels.js';
import type { Run } from '../../run.js';
import { signedIn } from '../../session/client.js';
import { labelText } from '../../view/host.js';

export const run: Run = async (surroundings, input) => {
  const { terminal } = surroundings;
  const words = input.argumentList('label').flatMap((word) => word.split(','));
  const removed = words.filter((word) => !word.includes('=') && word.endsWith('-'));
  const set = labelsOf(words.filter((word) => !removed.includes(word)));
  const remove = removed.map((word) => word.slice(0, -1));
  const twice = remove.find((key) => Object.hasOwn(set, key));
  if (twice !== undefined) fail('usage_invalid', `The label ${twice} is both set and removed.`);
  const client = await signedIn(surroundings, input);
  const host = await client.call('labelHost', {
    params: { ...client.organization, host: input.argument('host') },
    body: { set: { ...set }, remove },
  });
  if (input.json) terminal.json(host);
  else terminal.say(`${host.name} has the labels: ${labelText(host.labels)}.`);
};
