import type { Run } from '../../run.js';
import { signedIn } from '../../session/client.js';
import { field, instant } from '../../view/fields.js';

export const run: Run = async (surroundings, input) => {
  const { terminal } = surroundings;
  const client = await signedIn(surroundings, null);
  const factor = await client.call('showSecondFactor', {});
  if (input.json) return terminal.json(factor);
  const { since, recoveryCodesLeft, required } = factor;
  terminal.data(
    field('second factor', since === null ? 'none' : `since ${instant(since)}`),
    ...(since === null ? [] : [field('recovery codes', `${recoveryCodesLeft} left`)]),
    field('required', required ? 'yes, by the organization' : 'no'),
  );
};
