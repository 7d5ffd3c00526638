import type { Explanation } from '@writ/contract';
import { exitStatus, type ExitStatus } from '../exit-status.js';
import { actorName } from '../names.js';
import type { Run } from '../run.js';
import { signedIn } from '../session/client.js';
import { describeExplanation } from '../view/explanation.js';

export const run: Run = async (surroundings, input) => {
  const { terminal } = surroundings;
  const user = input.option('user');
  const query = {
    host: input.argument('host'),
    login: input.argument('login'),
    ...(user === undefined ? {} : { user: actorName(user) }),
  };
  const client = await signedIn(surroundings, input);
  const explanation = await client.call('explain', { params: client.organization, query });
  if (input.json) terminal.json(explanation);
  else terminal.data(...describeExplanation(explanation));
  return statusOf(explanation);
};

function statusOf({ allowed, waiting }: Explanation): ExitStatus {
  if (!allowed) return exitStatus.refused;
  return waiting.length > 0 ? exitStatus.tryAgain : exitStatus.ok;
}
