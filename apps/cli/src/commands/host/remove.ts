import { counted } from '../../numbers.js';
import type { Run } from '../../run.js';
import { signedIn } from '../../session/client.js';
import { askToGoOn } from '../../terminal/ask.js';

export const run: Run = async (surroundings, input) => {
  const { terminal } = surroundings;
  const revokeKeys = input.flag('revoke-keys');
  const client = await signedIn(surroundings, input);
  const params = { ...client.organization, host: input.argument('host') };
  if (!input.flag('yes') && terminal.canAsk) {
    // Nobody is asked about a host that does not exist.
    const { name } = await client.call('showHost', { params });
    const keys = revokeKeys ? ' and its keys, for good' : '';
    await askToGoOn(terminal, `Remove ${name} and revoke its certificates${keys}?`, false);
  }
  const removed = await client.call('removeHost', { params, body: { revokeKeys } });
  if (input.json) return terminal.json(removed);
  const keys = removed.keys === 0 ? '' : ` and ${counted(removed.keys, 'key')}`;
  terminal.say(`${removed.name} is removed; ${counted(removed.certificates, 'certificate')}${keys} revoked.`);
  terminal.say(
    'What it applied last stays in use on it until `writ-host leave` is run there; revocations still reach it.',
  );
};
