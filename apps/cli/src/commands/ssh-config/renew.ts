import { fail } from '../../errors.js';
import type { Run } from '../../run.js';
import { renewRoleCertificate } from '../../ssh/renew.js';

export const run: Run = async (surroundings, input) => {
  const [organization, role] = [input.argument('organization'), input.argument('role')];
  // They become part of a file's name.
  if (![organization, role].every((each) => /^[a-z0-9]{16}$/.test(each)))
    fail('usage_invalid', 'A handle has 16 of a-z 0-9.');
  const certificate = await renewRoleCertificate(surroundings, { organization, role });
  if (input.json) surroundings.terminal.json({ certificate });
};
