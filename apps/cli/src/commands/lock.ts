import { ProblemError, type CallInput, type LockResult } from '@writ/contract';
import { durationSeconds } from '../duration.js';
import { endWaiting, mayWait, waitOf } from '../enforcement/wait-option.js';
import { fail } from '../errors.js';
import type { Input } from '../input.js';
import { userName } from '../names.js';
import { counted } from '../numbers.js';
import { reasonOf } from '../reason.js';
import type { Run } from '../run.js';
import { signedIn, type Client } from '../session/client.js';
import { askToGoOn } from '../terminal/ask.js';
import type { Terminal } from '../terminal/terminal.js';
import { instant } from '../view/fields.js';

export const run: Run = async (surroundings, input) => {
  const { terminal } = surroundings;
  const reason = input.option('reason');
  const request = {
    user: userName(input.required('user')),
    seconds: secondsOf(input),
    ...(reason === undefined ? {} : { reason: reasonOf(reason) }),
    cut: !input.flag('no-cut'),
    confirmed: false,
  };
  const yes = input.flag('yes');
  const wait = waitOf(input);
  const client = await signedIn(surroundings, input);
  if (wait !== null) await mayWait(client);
  const cuts = request.cut ? ', and end its open sessions' : '';
  await askToGoOn(terminal, `Lock ${request.user} for ${input.required('for')}${cuts}?`, yes);
  const result = await lock(terminal, client, request, yes);
  if (!input.json) terminal.say(sentence(result));
  return endWaiting(terminal, client, result, { wait, json: input.json });
};

type Request = CallInput<'lockAccount'>['body'];

/** Says what else follows where the service does, and asks once more; whoever has said yes beforehand reads it afterwards. */
async function lock(terminal: Terminal, client: Client, body: Request, yes: boolean): Promise<LockResult> {
  const params = client.organization;
  try {
    return await client.call('lockAccount', { params, body });
  } catch (error) {
    if (
      !(error instanceof ProblemError) ||
      error.problem.code !== 'lock_unconfirmed' ||
      !(yes || terminal.canAsk)
    )
      throw error;
    for (const { message } of error.problem.failures ?? []) terminal.warn(message);
    await askToGoOn(terminal, 'Lock it all the same?', yes);
    return client.call('lockAccount', { params, body: { ...body, confirmed: true } });
  }
}

function secondsOf(input: Input): number {
  const seconds = durationSeconds(input.required('for'));
  if (seconds < 60 || seconds > 2_592_000) fail('usage_invalid', '--for is one minute to 30 days.');
  return seconds;
}

function sentence({
  user,
  lockedUntil,
  certificates,
  keys,
  cut,
  sessionsEnded,
  krlVersion,
}: LockResult): string {
  const counts = [
    counted(certificates, 'certificate'),
    counted(keys, 'key'),
    ...(sessionsEnded > 0 ? [`signed out of ${counted(sessionsEnded, 'session')}`] : []),
  ];
  const until = `${user} is locked until ${instant(lockedUntil)}`;
  // Hosts have nothing to learn.
  if (certificates + keys + cut === 0) return `${until}${sessionsEnded > 0 ? `: ${counts.at(-1)}` : ''}.`;
  const cuts = cut > 0 ? ', and end open sessions' : '';
  return `${until}: ${counts.join(', ')}. KRL version ${krlVersion}; hosts refuse it once they have it${cuts}.`;
}
