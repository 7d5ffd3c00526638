import { randomUUID } from 'node:crypto';
import { Reason, type CallInput, type RevocationResult } from '@writ/contract';
import { parseCertificateLine } from '@writ/openssh/certificate';
import { fingerprint, formatPublicKeyLine, parsePublicKeyLine } from '@writ/openssh/key';
import type { EnforcementSeen } from '../enforcement/await-enforcement.js';
import { mayWait, statusOf, waitAndSay, waitOf } from '../enforcement/wait-option.js';
import { fail } from '../errors.js';
import { exitStatus } from '../exit-status.js';
import { counted } from '../numbers.js';
import { readText } from '../files/read.js';
import type { Input } from '../input.js';
import { userName } from '../names.js';
import { expandSerials } from '../serials.js';
import type { Run } from '../run.js';
import { askAboutUser } from '../session/ask-about.js';
import { signedIn, type Client } from '../session/client.js';
import { collect } from '../session/pages.js';
import { askToGoOn } from '../terminal/ask.js';

type Request = CallInput<'revoke'>['body'];

export const run: Run = async (surroundings, input) => {
  const { terminal } = surroundings;
  const said = ['serial', 'cert', 'key', 'user'].filter(
    (name) => input.option(name) !== undefined || input.values(name).length > 0,
  );
  if (said.length !== 1) fail('usage_invalid', 'Name exactly one of --serial, --cert, --key and --user.');
  const reason = reasonOf(input.required('reason'));
  const serials = expandSerials(input.values('serial'));
  const wait = waitOf(input);
  const client = await signedIn(surroundings, input);
  const { body: named, what } = await request(client, input, serials, reason);
  const cut = input.flag('cut');
  const body = cut ? { ...named, cut } : named;
  const question = `Revoke ${what}${cut ? ', and end open sessions that rest on it' : ''}, for good?`;
  const sure = input.flag('yes');
  if (wait !== null) await mayWait(client);
  if (body.user === undefined) await askToGoOn(terminal, question, sure);
  else await askAboutUser(terminal, client, body.user, question, sure);
  const result = await terminal.working('Revoking', () =>
    client.call('revoke', { params: client.organization, body, idempotencyKey: randomUUID() }),
  );
  if (!input.json) terminal.say(sentence(result, body));
  if (wait === null) {
    if (input.json) terminal.json(result);
    return exitStatus.ok;
  }
  let enforcement: EnforcementSeen | null = null;
  try {
    enforcement = await waitAndSay(terminal, client, result.krlVersion, wait);
  } finally {
    // It is revoked, whatever becomes of the waiting.
    if (input.json) terminal.json({ ...result, enforcement });
  }
  return statusOf(enforcement);
};

/** Why, in words that the service keeps. */
function reasonOf(text: string): string {
  if (text.trim() === '') fail('usage_invalid', 'Say why: --reason "laptop lost".');
  const parsed = Reason.safeParse(text);
  if (parsed.success) return parsed.data;
  return fail('usage_invalid', '--reason is one line of text with at most 500 characters.');
}

async function request(
  client: Client,
  input: Input,
  serials: readonly string[],
  reason: string,
): Promise<{ readonly body: Request; readonly what: string }> {
  const named = input.option('user');
  const user = named === undefined ? undefined : userName(named);
  if (user !== undefined)
    return { body: { user, reason }, what: `every certificate and key of ${user} and close the account` };
  const keyFile = input.option('key');
  if (keyFile !== undefined) {
    const { key } = parsePublicKeyLine(await readText(keyFile));
    const publicKey = formatPublicKeyLine({ key });
    return { body: { publicKey, reason }, what: `the key ${fingerprint(key)} and every certificate for it` };
  }
  const certificates = serials.length > 0 ? [...serials] : await certificatesIn(client, input.values('cert'));
  const what =
    certificates.length === 1 ? `certificate ${certificates[0]}` : `${certificates.length} certificates`;
  return { body: { certificates, reason }, what };
}

/** A serial means something only together with its authority: a certificate of another one is refused. */
async function certificatesIn(client: Client, files: readonly string[]): Promise<string[]> {
  const { items } = await collect((query) =>
    client.call('listAuthorities', { params: client.organization, query }),
  );
  const ids: string[] = [];
  for (const file of files) {
    const { certificate } = parseCertificateLine(await readText(file));
    const { certificateType: kind, signatureKey, serial } = certificate;
    const signer = fingerprint(signatureKey);
    if (!items.some((authority) => authority.kind === kind && authority.fingerprint === signer))
      fail(
        'certificate_not_ours',
        `${file} was signed by ${signer}, which is no ${kind} CA of this organization.`,
        {
          ...{ file, authority: signer },
        },
      );
    ids.push(`${kind}:${serial}`);
  }
  return [...new Set(ids)];
}

function sentence(result: RevocationResult, { user, publicKey }: Request): string {
  const { alreadyRevoked, certificates, serials, keys, sessionsEnded, cut, krlVersion } = result;
  const closed = user === undefined ? '' : `; the account of ${user} is closed`;
  if (alreadyRevoked) return `All of that was revoked before${closed}. KRL version ${krlVersion}.`;
  const cuts = cut > 0 ? ', and end open sessions that rest on it' : '';
  const learnt = `KRL version ${krlVersion}; hosts refuse them once they have it${cuts}.`;
  if (cut > 0 && certificates + serials + keys + sessionsEnded === 0)
    return `All of that was revoked before${closed}. KRL version ${krlVersion}: hosts that have it end open sessions that rest on it.`;
  if (publicKey !== undefined)
    return `Revoked: the key, and with it every certificate for it (${certificates} still good until now). ${learnt}`;
  const counts = [
    ...(serials > 0 && certificates === 0 ? [] : [counted(certificates, 'certificate')]),
    ...(serials === 0 ? [] : [`${counted(serials, 'serial')} of which no certificate is known`]),
    ...(keys > 0 ? [counted(keys, 'key')] : []),
    ...(sessionsEnded > 0 ? [`${counted(sessionsEnded, 'session')} ended`] : []),
  ];
  return `Revoked: ${counts.join(', ')}${closed}. ${learnt}`;
}
