import type { Run } from '../../run.js';
import { signedIn } from '../../session/client.js';
import { askToGoOn } from '../../terminal/ask.js';
import { authorityKind } from './kind.js';

export const run: Run = async (surroundings, input) => {
  const { terminal } = surroundings;
  const kind = authorityKind(input);
  const client = await signedIn(surroundings, input);
  const params = { ...client.organization, kind };
  const { authority } = await client.call('showNextAuthority', { params });
  await askToGoOn(
    terminal,
    `Give up the next ${kind} CA ${authority.fingerprint}, for good?`,
    input.flag('yes'),
  );
  await client.call('retireNextAuthority', { params });
  if (input.json) return terminal.json({ retired: authority.fingerprint });
  terminal.say(`${authority.fingerprint} never signs; hosts and clients forget it.`);
};
