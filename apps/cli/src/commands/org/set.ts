import { fail } from '../../errors.js';
import type { Run } from '../../run.js';
import { signedIn } from '../../session/client.js';

export const run: Run = async (surroundings, input) => {
  const { terminal } = surroundings;
  const required = input.flag('require-second-factor');
  if (required === input.flag('second-factor-optional'))
    fail('usage_invalid', 'Say either --require-second-factor or --second-factor-optional.');
  const client = await signedIn(surroundings);
  const organization = await client.call('requireSecondFactor', {
    params: client.organization,
    body: { required },
  });
  if (input.json) return terminal.json(organization);
  terminal.say(
    organization.secondFactorRequired
      ? `Everybody in ${organization.name} needs a second factor from now on.`
      : `Nobody in ${organization.name} has to have a second factor any more.`,
  );
};
