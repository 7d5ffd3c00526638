import type { Run } from '../../run.js';
import { signedIn } from '../../session/client.js';
import { describeHost } from '../../view/host.js';

export const run: Run = async (surroundings, input) => {
  const { terminal } = surroundings;
  const client = await signedIn(surroundings, input);
  const host = input.argument('host');
  const shown = await client.call('showHost', { params: { ...client.organization, host } });
  if (input.json) terminal.json(shown);
  else terminal.data(...describeHost(shown));
};
