import type { Explanation } from '@writ/contract';
import { durationWords } from '../duration.js';
import { pathText } from './role.js';
import { bad, good, strong, warning, type Line } from '../terminal/text.js';

/**
 * The answer, and why it is so, each reason on a line of its own.
 * @param ssh what plain ssh does on this machine, where the answer is about who asks: the type of the key that it has certificates for,
 * and the role whose certificate it offers; null: not known
 */
export function describeExplanation(
  explanation: Explanation,
  { keyType, offered }: { readonly keyType: string | null; readonly offered: string | null },
): readonly Line[] {
  const { allowed, failures, waiting, warnings, rolesByLogins } = explanation;
  return [
    [answer(explanation), ' ', ...sentence(explanation)],
    ...(allowed ? explanation.roles.map(byRole) : failures.map(({ message }): Line => `  ${message}`)),
    ...(explanation.roles.length > 1 && offered !== null
      ? [['  plain ssh offers the certificate of ', strong(offered)]]
      : []),
    ...waiting.map(({ message }): Line => ['  ', warning('not yet:'), ` ${message}`]),
    ...warnings.map(({ message }): Line => ['  ', warning('mind:'), ` ${message}`]),
    ...explanation.roles
      .filter(({ keyTypes }) => keyType !== null && !keyTypes.includes(keyType))
      .map((role): Line => ['  ', warning('mind:'), ` ${wantsOtherKey(role, keyType)}`]),
    ...rolesByLogins.map((role): Line => [
      '  ',
      warning('mind:'),
      ` the role ${role} makes ${explanation.user} ${explanation.login} on every host that trusts the user CA itself`,
    ]),
  ];
}

function wantsOtherKey({ name, keyTypes }: Explanation['roles'][number], keyType: string | null): string {
  const other = `another one is named by \`writ login --key <file>\``;
  return `the role ${name} has certificates for keys of ${keyTypes.join(', ')} only, and the one that ssh has here is of ${keyType}; ${other}`;
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
