import { fail } from '../errors.js';
import { shortName, userName } from '../names.js';
import type { Run } from '../run.js';
import { signedIn } from '../session/client.js';
import { printChangedDelegation } from '../view/delegation.js';

export const run: Run = async (surroundings, input) => {
  const group = input.option('to-group');
  const user = input.option('to-user');
  if ((group === undefined) === (user === undefined))
    fail('usage_invalid', 'Say to whom: either --to-group or --to-user.');
  const body = {
    role: shortName(input.argument('role')),
    customer: shortName(input.required('from')),
    ...(group === undefined ? {} : { group: shortName(withoutHome(group)) }),
    ...(user === undefined ? {} : { user: userName(withoutHome(user)) }),
  };
  const client = await signedIn(surroundings, input);
  const whoami = await client.call('whoami', {});
  const home = homeIn(group ?? user ?? '');
  if (home !== null && home !== whoami.organization.name)
    fail(
      'usage_invalid',
      `A role is delegated to people of your own organization, ${whoami.organization.name}.`,
    );
  const made = await client.call('offerDelegation', { params: client.organization, body });
  const sentence = `Offered: ${made.customer}/${made.role} to ${made.to}, as ${made.id}. It takes effect when ${made.customer} accepts it.`;
  printChangedDelegation(surroundings.terminal, input, made, sentence);
};

/** 'oncall' of 'msp/oncall' */
function withoutHome(name: string): string {
  return name.slice(name.indexOf('/') + 1);
}

/** 'msp' of 'msp/oncall' */
function homeIn(name: string): string | null {
  return name.includes('/') ? name.slice(0, name.indexOf('/')) : null;
}
