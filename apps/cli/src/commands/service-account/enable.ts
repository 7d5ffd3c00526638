import { userName } from '../../names.js';
import type { Run } from '../../run.js';
import { signedIn } from '../../session/client.js';
import { stateOf } from '../../view/user.js';

export const run: Run = async (surroundings, input) => {
  const { terminal } = surroundings;
  const account = userName(input.argument('account'));
  const client = await signedIn(surroundings, input);
  const opened = await client.call('enableServiceAccount', { params: { ...client.organization, account } });
  if (input.json) return terminal.json(opened);
  if (opened.state === 'locked') return terminal.say(`${opened.name} is ${stateOf(opened)}.`);
  terminal.say(
    opened.keys.length === 0
      ? `${opened.name} is active; register a key: \`writ service-account key add ${opened.name} --key <file>.pub${input.inOrganization}\`.`
      : `${opened.name} is active.`,
  );
};
