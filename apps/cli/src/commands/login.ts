import { resolve } from 'node:path';
import { call, type SignedIn, type Transport } from '@writ/contract';
import { isCodedError } from '@writ/kernel';
import { fail } from '../errors.js';
import { directories, type Directories } from '../files/directories.js';
import type { Input } from '../input.js';
import { certificatePin, serverAddress, type Server } from '../network/server.js';
import { transportTo } from '../network/transport.js';
import { readPrivateKeyFile } from '../keys/key-file.js';
import { shortName, userName } from '../names.js';
import { assertLongEnough } from '../new-password.js';
import type { Run, Surroundings } from '../run.js';
import { advised } from '../session/advice.js';
import { signedIn } from '../session/client.js';
import {
  changeConfiguration,
  prepareConfiguration,
  readConfiguration,
  writeConfiguration,
  type Configuration,
  type SshSettings,
} from '../session/configuration.js';
import { deviceTokenFor, keepDevice } from '../session/devices.js';
import { withSessionLock } from '../session/lock.js';
import { prepareSession, writeSession, type Session } from '../session/session.js';
import { signInByKey } from '../session/sign-in-by-key.js';
import { offerSecondFactor } from './second-factor/offer.js';
import { withCode } from './second-factor/code.js';
import { saySsh } from '../view/ssh.js';
import { describeWhoami } from '../view/whoami.js';
import { forgetCertificates, setUpSsh, takeDownSsh } from '../ssh/set-up.js';
import { askText, askWhether } from '../terminal/ask.js';
import { secret } from '../terminal/secret.js';
import { strong } from '../terminal/text.js';

const sshQuestion =
  'Shall plain `ssh` use your certificates? It adds one Include at the top of ~/.ssh/config; `writ ssh-config remove` takes it away.';

export const run: Run = async (surroundings, input) => {
  const where = directories(surroundings.environment);
  const remembered = await readConfiguration(where).catch(() => null);
  const { server, transport } = await reach(surroundings, await serverOf(surroundings, input, remembered));
  await prepareSession(where);
  await prepareConfiguration(where);
  const name = input.option('service-account');
  const { tokens } =
    name === undefined
      ? await asPerson(surroundings, input, where, server, transport, remembered)
      : await asServiceAccount(surroundings, input, where, server, transport, remembered, userName(name));
  // Before anything else can go wrong: ssh would go on as whoever signed in here before.
  if (isSomebodyElse(remembered, server, tokens)) await forgetCertificates(surroundings);
  await writeConfiguration(where, {
    ...server,
    organization: tokens.organization,
    user: name === undefined ? tokens.user.name : null,
    ssh: remembered?.ssh ?? null,
  });
  // The key that a service account signed in with is not the next person's.
  const others = name === undefined && remembered?.user === null;
  const ssh = remembered?.ssh ?? null;
  const settings = ssh !== null && others ? { ...ssh, key: null } : ssh;
  const leaveAlone = input.flag('no-ssh-config');
  // Takes nothing that a session without its second factor may not have.
  if (leaveAlone) await setUpWhereWanted(surroundings, input, where, settings);
  const whoami = await call(transport, 'whoami', { accessToken: tokens.accessToken });
  if (input.json) surroundings.terminal.json(whoami);
  else {
    // Those of other organizations are looked for where there are none at home.
    const reach =
      whoami.roles.length > 0 || whoami.session.secondFactorMissing
        ? { organizations: [] }
        : await call(transport, 'listReach', { accessToken: tokens.accessToken });
    surroundings.terminal.say(
      ['Signed in as ', strong(tokens.user.name), '.'],
      ...describeWhoami(whoami, server, reach),
    );
  }
  if (whoami.session.secondFactorMissing) {
    if (!input.json) await offerSecondFactor(surroundings, input);
    // Until there is one nothing else may be asked for.
    if (input.json || !surroundings.terminal.canAsk) return;
  }
  if (!leaveAlone) await setUpWhereWanted(surroundings, input, where, settings);
};

/** Whether it is not certain that the account is the one that signed in last; of a service account it is not remembered. */
function isSomebodyElse(
  before: Configuration | null,
  { url }: Server,
  { user, organization }: Session['tokens'],
): boolean {
  return before?.url !== url || before.user !== user.name || before.organization?.name !== organization.name;
}

/** Signs somebody in with a password or an invitation, and keeps the session. */
async function asPerson(
  surroundings: Surroundings,
  input: Input,
  where: Directories,
  server: Server,
  transport: Transport,
  remembered: Configuration | null,
): Promise<Session> {
  const { deviceToken, ...tokens } = await signIn(surroundings, input, where, server, transport, remembered);
  const device = { url: server.url, organization: tokens.organization.name, user: tokens.user.name };
  const session = { server, tokens, signInKey: null };
  await withSessionLock(where, async () => {
    await writeSession(where, session);
    await keepDevice(where, { ...device, deviceToken });
  });
  return session;
}

/** Signs a service account in with its key, and keeps the session; the key is remembered with it, to sign in again with. */
async function asServiceAccount(
  { terminal }: Surroundings,
  input: Input,
  where: Directories,
  server: Server,
  transport: Transport,
  remembered: Configuration | null,
  serviceAccount: string,
): Promise<Session> {
  const both = ['user', 'invitation', 'invitation-file', 'password-file', 'password-fd'].find(
    (option) => input.flag(option) || input.option(option) !== undefined,
  );
  if (both !== undefined)
    fail('usage_invalid', `A service account signs in with its key: leave --${both} out.`);
  const named = input.option('key');
  if (named === undefined) fail('usage_invalid', 'Say which key signs in: --key <file>.');
  const key = await readPrivateKeyFile(named, terminal);
  const same = remembered?.url === server.url ? remembered.organization?.name : undefined;
  const said = input.option('org');
  const organization = said === undefined ? same : shortName(said);
  const who = { serviceAccount, ...(organization === undefined ? {} : { organization }) };
  const tokens = await terminal
    .working('Signing in', () => signInByKey(transport, who, key))
    .catch((error: unknown) => {
      throw unlessNamed(input, organization, error);
    });
  const session = { server, tokens, signInKey: key.path };
  await withSessionLock(where, () => writeSession(where, session));
  return session;
}

/** Has plain ssh use certificates, where that is wanted: as said, else as remembered, else as answered. */
async function setUpWhereWanted(
  surroundings: Surroundings,
  input: Input,
  where: Directories,
  remembered: SshSettings | null,
): Promise<void> {
  const { terminal } = surroundings;
  const key = input.option('key');
  const settings = {
    key: key === undefined ? (remembered?.key ?? null) : resolve(key).replace(/\.pub$/, ''),
    agent: input.flag('agent') || (!input.flag('no-agent') && remembered?.agent === true),
    madeUserConfig: remembered?.madeUserConfig ?? false,
  };
  const said = input.flag('ssh-config') ? true : input.flag('no-ssh-config') ? false : remembered?.wanted;
  if (said === undefined && !terminal.canAsk) return;
  const wanted = said ?? (await askWhether(sshQuestion, true));
  if (wanted)
    saySsh(
      terminal,
      await setUpSsh(surroundings, await signedIn(surroundings, null), { ...settings, wanted }),
      where.home,
    );
  else {
    // What is in place from before would go on.
    await withSessionLock(where, async () => {
      await takeDownSsh(surroundings, remembered);
      await changeConfiguration(where, { ssh: { ...settings, madeUserConfig: false, wanted } });
    });
  }
}

/** Where to: as said, else as remembered, else as answered. Trust is remembered for the same address only. */
async function serverOf(
  { terminal }: Surroundings,
  input: Input,
  remembered: Configuration | null,
): Promise<Server> {
  const said = input.option('url') ?? remembered?.url;
  if (said === undefined && !terminal.canAsk) fail('usage_invalid', 'Say where: writ login --url <address>.');
  const url = serverAddress(said ?? (await askText('Address of the service')));
  const same = remembered?.url === url ? remembered : null;
  const pin = input.option('pin');
  const caFile = input.option('ca-file');
  if (pin !== undefined && caFile !== undefined) fail('usage_invalid', 'Use either --pin or --ca-file.');
  if (pin !== undefined) return { url, pin: certificatePin(pin), caFile: null };
  if (caFile !== undefined) return { url, pin: null, caFile: resolve(caFile) };
  return { url, pin: same?.pin ?? null, caFile: same?.caFile ?? null };
}

/** Makes sure that the server is there and the right one, before any secret is asked for; offers to pin it. */
async function reach(
  { terminal }: Surroundings,
  server: Server,
): Promise<{ readonly server: Server; readonly transport: Transport }> {
  const transport = await transportTo(server);
  try {
    await terminal.working(`Calling ${server.url}`, () =>
      transport({ method: 'GET', path: '/healthz', headers: {}, body: null }),
    );
    return { server, transport };
  } catch (error) {
    const selfSigned =
      isCodedError(error, 'tls_untrusted') && error.details['reason'] === 'DEPTH_ZERO_SELF_SIGNED_CERT';
    if (!selfSigned || !terminal.canAsk) throw error;
    terminal.say(
      `The certificate of ${server.url} is self-signed. \`writ init\` printed its fingerprint on the server.`,
    );
    const pinned = { ...server, pin: certificatePin(await askText('That fingerprint (sha256:…)')) };
    return reach({ terminal } as Surroundings, pinned);
  }
}

async function signIn(
  surroundings: Surroundings,
  input: Input,
  where: Directories,
  server: Server,
  transport: Transport,
  remembered: Configuration | null,
): Promise<SignedIn> {
  const { terminal } = surroundings;
  if (input.flag('invitation') || input.option('invitation-file') !== undefined) {
    const invitation = await secret(surroundings, input, {
      ...{ what: 'invitation', option: 'invitation', variable: 'WRIT_INVITATION', question: 'Invitation' },
    });
    const { WRIT_PASSWORD: old, WRIT_NEW_PASSWORD: fresh } = surroundings.environment;
    const variable = (fresh ?? '') === '' && (old ?? '') !== '' ? 'WRIT_PASSWORD' : 'WRIT_NEW_PASSWORD';
    const password = await secret(surroundings, input, {
      ...{ what: 'new password', option: 'password', variable, question: 'New password' },
      twice: assertLongEnough,
    });
    // What was said goes along, so that somebody else's invitation is not used up.
    const user = input.option('user');
    const organization = input.option('org');
    const expected = {
      ...(user === undefined ? {} : { user: userName(user) }),
      ...(organization === undefined ? {} : { organization: shortName(organization) }),
    };
    return withCode(surroundings, input, (code) =>
      terminal.working('Signing in', () =>
        call(transport, 'acceptInvitation', { body: { invitation, password, ...expected, ...code } }),
      ),
    );
  }
  const suggested = remembered?.url === server.url ? remembered : null;
  const organization = input.option('org') ?? suggested?.organization?.name;
  let user = input.option('user') ?? suggested?.user;
  if (user === undefined && !terminal.canAsk) fail('usage_invalid', 'Say who: writ login --user <name>.');
  user ??= await askText('User');
  const body = { user, ...(organization === undefined ? {} : { organization }) };
  const password = await secret(surroundings, input, {
    ...{ what: 'password', option: 'password', variable: 'WRIT_PASSWORD', question: `Password of ${user}` },
  });
  const deviceToken = await deviceTokenFor(where, { url: server.url, organization, user });
  const known = deviceToken === undefined ? {} : { deviceToken };
  return withCode(surroundings, input, (code) =>
    terminal.working('Signing in', () =>
      call(transport, 'signIn', { body: { ...body, password, ...known, ...code } }),
    ),
  ).catch((error: unknown) => {
    throw unlessNamed(input, organization, error);
  });
}

/** Whoever names no organization may not know that there are several: the refusal, with the one that was meant (undefined: the service's own). */
function unlessNamed(input: Input, organization: string | undefined, error: unknown): unknown {
  if (input.option('org') !== undefined) return error;
  const where =
    organization === undefined
      ? 'the organization that runs the service'
      : `${organization}, as the last time`;
  return advised(error, 'sign_in_failed', `It was looked for in ${where}; another one is named by --org.`);
}
