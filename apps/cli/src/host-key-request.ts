import type { Host, HostKeysRequest } from '@writ/contract';
import { fail } from './errors.js';

/**
 * The one request that has every named key, or the only one. Each of its keys has signed the list of all, so that one which is
 * known to be the host's vouches for the others. Ends in 'nothing_waits', 'usage_invalid'.
 */
export function chosenRequest(
  { name }: Pick<Host, 'name'>,
  requests: readonly HostKeysRequest[],
  named: readonly string[],
): HostKeysRequest {
  const [request, another] = requests.filter(({ fingerprints }) =>
    named.every((fingerprint) => fingerprints.includes(fingerprint)),
  );
  if (request === undefined) {
    const which = named.length === 0 ? 'No changed keys' : 'No changed keys with that fingerprint';
    return fail('nothing_waits', `${which} of ${name} wait for approval.`);
  }
  if (another !== undefined && another.fingerprints.join() !== request.fingerprints.join())
    return fail(
      'usage_invalid',
      `Several sets of keys wait for approval as ${name}'s, see \`writ host show ${name}\`; say which with --fingerprint.`,
    );
  return request;
}
