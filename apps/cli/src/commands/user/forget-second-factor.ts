import { userName } from '../../names.js';
import type { Run } from '../../run.js';
import { askAboutUser } from '../../session/ask-about.js';
import { signedIn } from '../../session/client.js';

export const run: Run = async (surroundings, input) => {
  const { terminal } = surroundings;
  const name = userName(input.argument('user'));
  const client = await signedIn(surroundings, input);
  const question = `Remove the second factor of ${name} and end their sessions? Make sure that it is they who ask.`;
  await askAboutUser(terminal, client, name, question, input.flag('yes'));
  const user = await client.call('forgetSecondFactor', { params: { ...client.organization, user: name } });
  if (input.json) terminal.json(user);
  else terminal.say(`${user.name} has no second factor any more; their sessions have ended.`);
};
