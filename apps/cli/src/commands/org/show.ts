import { shortName } from '../../names.js';
import type { Run } from '../../run.js';
import { signedIn } from '../../session/client.js';
import { organizationNamed } from '../../session/organization.js';
import { describeOrganization } from '../../view/organization.js';

export const run: Run = async (surroundings, input) => {
  const { terminal } = surroundings;
  const client = await signedIn(surroundings, null);
  const named = input.argument('org');
  const found = await organizationNamed(
    client,
    named === '' ? client.session.tokens.organization.name : shortName(named),
  );
  if (input.json) terminal.json(found);
  else terminal.data(...describeOrganization(found));
};
