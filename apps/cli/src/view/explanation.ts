import type { Explanation } from '@writ/contract';
import { durationWords } from '../duration.js';
import { pathText } from './role.js';
import { bad, good, strong, warning, type Line } from '../terminal/text.js';

/** The answer, and why it is so, each reason on a line of its own. */
export function describeExplanation(explanation: Explanation): readonly Line[] {
  const { allowed, failures, waiting, warnings, rolesByLogins } = explanation;
  return [
    [answer(explanation), ' ', ...sentence(explanation)],
    ...(allowed ? explanation.roles.map(byRole) : failures.map(({ message }): Line => `  ${message}`)),
    ...waiting.map(({ message }): Line => ['  ', warning('not yet:'), ` ${message}`]),
    ...warnings.map(({ message }): Line => ['  ', warning('mind:'), ` ${message}`]),
    ...rolesByLogins.map((role): Line => [
      '  ',
      warning('mind:'),
      ` the role ${role} makes ${explanation.user} ${explanation.login} on every host that trusts the user CA itself`,
    ]),
  ];
}

function answer({ allowed, waiting }: Explanation) {
  if (!allowed) return bad('no:');
  return waiting.length > 0 ? warning('not yet:') : good('yes:');
}

function sentence({ user, login, host, allowed }: Explanation) {
  return [strong(user), allowed ? ' may be ' : ' may not be ', strong(login), ' on ', strong(host)];
}

function byRole({
  name,
  maxTtlSeconds,
  paths,
  forceCommand,
  sourceAddress,
}: Explanation['roles'][number]): Line {
  const held = [...new Set(paths.map(pathText))].join(' and ');
  const time = `, for up to ${durationWords(BigInt(maxTtlSeconds))} at a time`;
  const only = forceCommand === null ? '' : `, to run nothing but: ${forceCommand}`;
  const from = sourceAddress === null ? '' : `, from nowhere but: ${sourceAddress.join(', ')}`;
  return ['  by the role ', strong(name), held === '' ? '' : `, held ${held}`, time, only, from];
}
