import { randomUUID } from 'node:crypto';
import type { CallInput, RevocationPreview, RevocationResult } from '@writ/contract';
import { endWaiting, mayWait, waitOf } from '../enforcement/wait-option.js';
import { exitStatus } from '../exit-status.js';
import { counted } from '../numbers.js';
import { reasonOf } from '../reason.js';
import type { Run } from '../run.js';
import { targetNamed, type Target } from '../revocation/target.js';
import { signedIn, type Client } from '../session/client.js';
import { askToGoOn } from '../terminal/ask.js';
import { describePreview } from '../view/revocation-preview.js';

type Request = CallInput<'revoke'>['body'];

export const run: Run = async (surroundings, input) => {
  const { terminal } = surroundings;
  const target = targetNamed(input);
  if (input.flag('dry-run')) {
    const client = await signedIn(surroundings, input);
    const preview = await previewOf(client, (await target(client)).named, input.flag('cut'));
    if (input.json) terminal.json(preview);
    else terminal.data(...describePreview(preview));
    return exitStatus.ok;
  }
  const reason = reasonOf(input.required('reason'));
  const wait = waitOf(input);
  const client = await signedIn(surroundings, input);
  const { named, what } = await target(client);
  const cut = input.flag('cut');
  const body = { ...named, reason, ...(cut ? { cut } : {}) };
  if (wait !== null) await mayWait(client);
  if (!input.flag('yes') && terminal.canAsk) {
    // Nobody is asked about what cannot be revoked, or without knowing what follows.
    terminal.say(...describePreview(await previewOf(client, named, cut)));
    const sessions = cut ? ', and end open sessions that rest on it' : '';
    await askToGoOn(terminal, `Revoke ${what}${sessions}, for good?`, false);
  }
  const result = await terminal.working('Revoking', () =>
    client.call('revoke', { params: client.organization, body, idempotencyKey: randomUUID() }),
  );
  if (!input.json) terminal.say(sentence(result, body));
  return endWaiting(terminal, client, result, { wait, json: input.json });
};

function previewOf(client: Client, named: Target['named'], cut: boolean): Promise<RevocationPreview> {
  const body = { ...named, ...(cut ? { cut } : {}) };
  return client.call('previewRevocation', { params: client.organization, body });
}

function sentence(
  result: RevocationResult,
  { user, serviceAccount, publicKey, host, authority }: Request,
): string {
  const { alreadyRevoked, certificates, serials, keys, sessionsEnded, cut, krlVersion } = result;
  const account = user ?? serviceAccount;
  const closed = account === undefined ? '' : `; the account of ${account} is closed`;
  if (alreadyRevoked) return `All of that was revoked before${closed}. KRL version ${krlVersion}.`;
  const cuts = cut > 0 ? ', and end open sessions that rest on it' : '';
  const refuse = host === undefined ? 'hosts refuse' : 'ssh refuses';
  const learnt = `KRL version ${krlVersion}; ${refuse} them once they have it${cuts}.`;
  if (cut > 0 && certificates + serials + keys + sessionsEnded === 0)
    return `All of that was revoked before${closed}. KRL version ${krlVersion}: hosts that have it end open sessions that rest on it.`;
  if (publicKey !== undefined)
    return `Revoked: the key, and with it every certificate for it (${certificates} still good until now). ${learnt}`;
  if (authority !== undefined)
    return `Revoked: the CA, and with it everything that it has signed (${certificates} still good until now); \`writ ca list\` shows which signs now. ${learnt}`;
  const counts = [
    ...(serials > 0 && certificates === 0 ? [] : [counted(certificates, 'certificate')]),
    ...(serials === 0 ? [] : [`${counted(serials, 'serial')} of which no certificate is known`]),
    ...(keys > 0 ? [counted(keys, 'key')] : []),
    ...(sessionsEnded > 0 ? [`signed out of ${counted(sessionsEnded, 'session')}`] : []),
  ];
  const removed = host === undefined ? '' : '; the host is removed';
  return `Revoked: ${counts.join(', ')}${closed}${removed}. ${learnt}`;
}
