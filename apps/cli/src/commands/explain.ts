import type { Explanation } from '@writ/contract';
import { exitStatus, type ExitStatus } from '../exit-status.js';
import { actorName } from '../names.js';
import type { Run } from '../run.js';
import { signedIn } from '../session/client.js';
import { organizationOfHost } from '../session/organization-of-host.js';
import { roleOffered } from '../ssh/choices.js';
import { sshKeyType } from '../ssh/set-up.js';
import { tellSsh } from '../ssh/tell-ssh.js';
import { describeExplanation } from '../view/explanation.js';
import { fromOutside } from '../view/whoami.js';

export const run: Run = async (surroundings, input) => {
  const { terminal } = surroundings;
  const [host, login, user] = [input.argument('host'), input.argument('login'), input.option('user')];
  const query = { host, login, ...(user === undefined ? {} : { user: actorName(user) }) };
  const client = await signedIn(surroundings, input);
  const { user: self, organization: home } = client.session.tokens;
  const onlyHome = input.option('org') === undefined;
  const first = await client.call('explain', { params: client.organization, query });
  const unknown = onlyHome && first.failures.some(({ rule }) => rule === 'host_unknown');
  const ofSelf = user === undefined || user === self.name;
  const elsewhere = unknown && ofSelf ? await organizationOfHost(client, host) : null;
  const explanation =
    elsewhere === null ? first : await client.call('explain', { params: elsewhere, query: { host, login } });
  // It is asked where ssh was refused: a certificate that was revoked meanwhile is not to be offered again.
  const told = ofSelf && explanation.allowed ? await tellSsh(surroundings, client) : null;
  const keyType = ofSelf ? await sshKeyType(surroundings) : null;
  if (input.json) terminal.json(explanation);
  else {
    const offered = told === null ? null : roleOffered(told, explanation.host, login, keyType);
    terminal.data(...describeExplanation(explanation, { keyType, offered }));
  }
  if (unknown && !ofSelf && !input.json)
    terminal.data(`  Only ${home.name} was asked: for a host of another organization say --org.`);
  else if (unknown && elsewhere === null && !input.json) {
    const outside = fromOutside(await client.call('whoami', {}));
    if (outside !== null) terminal.data(`  Mind: ${outside}.`);
  }
  return statusOf(explanation);
};

function statusOf({ allowed, waiting }: Explanation): ExitStatus {
  if (!allowed) return exitStatus.refused;
  return waiting.length > 0 ? exitStatus.tryAgain : exitStatus.ok;
}
