import { durationSeconds } from '../../duration.js';
import { fail } from '../../errors.js';
import { shortName } from '../../names.js';
import type { Input } from '../../input.js';
import type { Run } from '../../run.js';
import { signedIn } from '../../session/client.js';
import { organizationNamed } from '../../session/organization.js';
import { describeOrganization, patternsOf } from '../../view/organization.js';

export const run: Run = async (surroundings, input) => {
  const { terminal } = surroundings;
  const namePatterns = patternsOf(input);
  const required = secondFactorOf(input);
  const life = input.option('session-life');
  if (namePatterns === null && life === undefined && required === undefined)
    fail('usage_invalid', 'Say what to change; see --help.');
  const sessionLifeSeconds = life === undefined ? undefined : durationSeconds(life);
  const client = await signedIn(surroundings, null);
  const own = client.session.tokens.organization.name;
  const given = input.argument('org');
  const name = given === '' ? own : shortName(given);
  const { handle } = await organizationNamed(client, name);
  if (namePatterns !== null && name !== own) {
    const params = { ...client.home, customer: name };
    await client.call('setCustomerNames', { params, body: { namePatterns } });
  }
  const body = {
    ...(namePatterns === null || name !== own ? {} : { namePatterns }),
    ...(sessionLifeSeconds === undefined ? {} : { sessionLifeSeconds }),
  };
  if (Object.keys(body).length > 0) {
    await client.call('updateOrganization', { params: { organization: handle }, body });
  }
  if (required !== undefined) {
    await client.call('requireSecondFactor', { params: { organization: handle }, body: { required } });
  }
  const changed = await organizationNamed(client, name);
  if (input.json) return terminal.json(changed);
  terminal.say(`${name} is changed.`);
  terminal.say(...describeOrganization(changed));
};

/** Whether a second factor is to be required; undefined: nothing is said of it. */
function secondFactorOf(input: Input): boolean | undefined {
  const required = input.flag('require-second-factor');
  const optional = input.flag('second-factor-optional');
  if (required && optional)
    fail('usage_invalid', 'Say either --require-second-factor or --second-factor-optional.');
  return required || optional ? required : undefined;
}
