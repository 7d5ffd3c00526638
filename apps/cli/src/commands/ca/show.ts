import { call } from '@writ/contract';
import { parsePublicKeyLine } from '@writ/openssh/key';
import { parseKnownHostsCertAuthorityLine, parseKnownHostsRevokedLine } from '@writ/openssh/trust';
import { fail } from '../../errors.js';
import type { Run } from '../../run.js';
import { publicAccess } from '../../session/public.js';

export const run: Run = async (surroundings, input) => {
  const { terminal } = surroundings;
  const { transport, params } = await publicAccess(surroundings, input);
  const both = input.flag('user') === input.flag('host');
  const trustedUserCaKeys =
    both || input.flag('user')
      ? lines(await call(transport, 'userAuthorities', { params }), parsePublicKeyLine)
      : [];
  const knownHosts =
    both || input.flag('host')
      ? lines(await call(transport, 'knownHosts', { params }), parseKnownHostsLine)
      : [];
  if (input.json) return terminal.json({ trustedUserCaKeys, knownHosts });
  if (both) terminal.say('For hosts, in the file that TrustedUserCAKeys names:');
  terminal.data(...trustedUserCaKeys);
  if (both) terminal.say('For clients, in known_hosts:');
  terminal.data(...knownHosts);
};

function parseKnownHostsLine(line: string): unknown {
  return line.startsWith('@revoked ')
    ? parseKnownHostsRevokedLine(line)
    : parseKnownHostsCertAuthorityLine(line);
}

/** Each line is read before it is passed on: it is going to be believed. */
function lines(content: Uint8Array, parse: (line: string) => unknown): readonly string[] {
  const found = new TextDecoder()
    .decode(content)
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  if (found.length === 0) fail('answer_unexpected', 'The server answered no lines at all.');
  for (const line of found) parse(line);
  return found;
}
