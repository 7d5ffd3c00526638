import { access, rm } from 'node:fs/promises';
import { ProblemError, type Reach } from '@writ/contract';
import type { PublicKey } from '@writ/openssh/key';
import { writeAtomically } from '../files/atomic-file.js';
import { directories } from '../files/directories.js';
import { readBytesIfAny } from '../files/read.js';
import { ownKeyPath, readKeyFile } from '../keys/key-file.js';
import { provedKey } from '../keys/proved-key.js';
import type { Surroundings } from '../run.js';
import { advised } from '../session/advice.js';
import type { Client } from '../session/client.js';
import {
  changeConfiguration,
  readConfiguration,
  stillToldSo,
  type SshSettings,
} from '../session/configuration.js';
import { withSessionLock } from '../session/lock.js';
import { stillSignedIn } from '../session/session.js';
import type { Terminal } from '../terminal/terminal.js';
import { removeFromAgents } from './agent.js';
import type { KeyUse } from './config.js';
import type { Inventory } from './inventory.js';
import { roleCertificateFile, sshPlaces, type RoleOf, type SshPlaces } from './places.js';
import { isRevokedBy, keepRevokedHosts } from './revoked-hosts.js';
import { forgetTrouble } from './trouble.js';
import { addLine, removeLine } from './user-config.js';
import {
  certificateFiles,
  ourLine,
  readReach,
  removeCertificatesOfOthers,
  removeSshFiles,
  troubleFiles,
  writeSshFiles,
} from './write.js';

/**
 * Makes plain `ssh` use certificates: a proved key, the files that ssh reads, and last the one line in the user's own
 * ssh_config, so that a failure on the way leaves ssh as it was; but where the key is another account's, ssh has certificates of nobody. Remembers `settings`. Rejects with the codes of `provedKey`, of the route, of
 * `writeSshFiles` and of `addLine`.
 */
export async function setUpSsh(
  surroundings: Surroundings,
  client: Client,
  settings: SshSettings,
): Promise<Inventory> {
  const where = directories(surroundings.environment);
  const places = sshPlaces(where);
  const line = ourLine(where);
  const before = (await readConfiguration(where))?.ssh;
  const key = await provedKey(surroundings, client, settings.key ?? undefined).catch(
    async (error: unknown) => {
      if (!(error instanceof ProblemError && error.problem.code === 'key_taken')) throw error;
      // What is here for it is another account's: ssh would go on as that one.
      await forgetCertificates(surroundings);
      throw advised(
        error,
        'key_taken',
        `Name the one of this account: \`writ login --key <file>.pub\`. If it has none yet, \`ssh-keygen -t ed25519 -f ~/.ssh/id_${client.session.tokens.user.name}\` makes one.`,
      );
    },
  );
  // Nobody would know later that ssh-agent has them.
  if (before?.agent === true && (!settings.agent || before.key !== settings.key))
    await removeFromAgents(places, await certificateFiles(places));
  let inventory: Inventory | null = null;
  // Until nobody has been told something later.
  while (inventory === null) {
    const heard = await askReach(surroundings, client);
    inventory = await keepReach(surroundings, client, heard, settings, { setUpFor: key.publicKey });
  }
  // What failed before may do so no more.
  for (const file of [places.ended, ...(await troubleFiles(places))]) await forgetTrouble(file);
  const made = await addLine(places.userConfig, line).catch(async (error: unknown) => {
    await changeConfiguration(where, { ssh: before ?? null });
    throw error;
  });
  await changeConfiguration(where, { ssh: { ...settings, madeUserConfig: settings.madeUserConfig || made } });
  return inventory;
}

/** What the service has said. */
export interface Heard {
  readonly reach: Reach;
  /** When it was asked (ms). */
  readonly asked: number;
}

/** Rejects with the codes of the route. */
export async function askReach({ terminal, clock }: Surroundings, client: Client): Promise<Heard> {
  const asked = clock();
  const reach = await terminal.working('Asking what you may reach', () => client.call('listReach', {}));
  return { reach, asked };
}

/**
 * Asks what the user may reach, and writes it down for ssh as `keepReach` does. `fresh` is a role whose certificate was issued just now. Rejects with the
 * codes of the route and of `keepReach`.
 */
export async function refreshSsh(
  surroundings: Surroundings,
  client: Client,
  settings: SshSettings,
  fresh?: RoleOf,
): Promise<Inventory | null> {
  return keepReach(surroundings, client, await askReach(surroundings, client), settings, { fresh });
}

/**
 * Writes down for ssh what the service has just said anyway, and what of it was revoked. Certificates of roles that were changed since are
 * taken away, so that the next ssh gets others: those in hand may be revoked; and so are those that are. Resolves with null, and has
 * written nothing, where something else was written meanwhile that the service was asked for later, or ssh is not told any more as
 * `settings` say. Rejects with 'not_signed_in' where somebody else has signed in meanwhile or the session is gone, and with the codes of `writeSshFiles`.
 *
 * @param setUpFor the key that the certificates are for from now on: `settings` are remembered
 */
export async function keepReach(
  { environment, clock }: Surroundings,
  client: Client,
  { reach, asked }: Heard,
  settings: SshSettings,
  { fresh, setUpFor }: { readonly fresh?: RoleOf | undefined; readonly setUpFor?: PublicKey } = {},
): Promise<Inventory | null> {
  const where = directories(environment);
  const places = sshPlaces(where);
  // Neither somebody else's sign-in nor a sign-out that came meanwhile is undone.
  await stillSignedIn(where, client.session);
  const isTold = async (): Promise<boolean> => setUpFor !== undefined || stillToldSo(where, settings);
  if (!(await isTold())) return null;
  const use = await keyUse(where.home, settings);
  const revoked = await keepRevokedHosts(client, places, reach);
  return withSessionLock(where, async () => {
    await stillSignedIn(where, client.session);
    if (!(await isTold()) || (await isOvertaken(places, asked, clock()))) return null;
    const before = await readReach(places);
    if (setUpFor !== undefined) await removeCertificatesOfOthers(places, setUpFor);
    const inventory = await writeSshFiles(where, reach, client.home.organization, use, revoked);
    if (setUpFor !== undefined) await changeConfiguration(where, { ssh: settings });
    const gone = new Set(
      changedRoles(before, reach)
        .filter(({ organization, role }) => organization !== fresh?.organization || role !== fresh.role)
        .map((of) => roleCertificateFile(places, of)),
    );
    // Of what is there: handles are the service's word, and no paths.
    const files = await certificateFiles(places);
    const changed = files.filter((path) => gone.has(path));
    for (const path of files) if (!gone.has(path) && (await isRevokedBy(revoked, path))) changed.push(path);
    if (use.agent) await removeFromAgents(places, changed);
    for (const path of changed) await rm(path, { force: true });
    await writeAtomically(places.asked, `${asked}\n`, 0o600);
    await writeAtomically(places.looked, `${Math.floor(clock() / 1000)}\n`, 0o600);
    return inventory;
  });
}

/** Whether what is there was asked for later. A time to come says that the clock was set, and nothing else. */
async function isOvertaken({ asked: file }: SshPlaces, asked: number, now: number): Promise<boolean> {
  const bytes = await readBytesIfAny(file).catch(() => null);
  const there = bytes === null ? Number.NaN : Number(new TextDecoder().decode(bytes));
  return there > asked && there <= now;
}

/** The roles whose certificates would say something else than they did. */
function changedRoles(before: Reach | null, now: Reach): readonly RoleOf[] {
  const rolesOf = ({ organizations }: Reach) =>
    organizations.flatMap(({ handle: organization, roles }) =>
      roles.map(({ handle: role, definition }) => ({ organization, role, definition })),
    );
  const had = new Map((before === null ? [] : rolesOf(before)).map((each) => [each.role, each.definition]));
  return rolesOf(now).filter(({ role, definition }) => had.has(role) && had.get(role) !== definition);
}

/** Takes away every certificate that plain ssh has here: somebody else signs in. Rejects with 'file_unwritable'. */
export async function forgetCertificates({ environment, terminal }: Surroundings): Promise<void> {
  const where = directories(environment);
  const places = sshPlaces(where);
  const files = await certificateFiles(places);
  if ((await readConfiguration(where).catch(() => null))?.ssh?.agent === true)
    sayUnheard(terminal, await removeFromAgents(places, files));
  for (const path of files) await rm(path, { force: true });
}

/** Takes away all that `setUpSsh` put in place, the key excepted: it is the user's. Rejects with 'file_unwritable' or the codes of `removeLine`. */
export async function takeDownSsh(
  { environment, terminal }: Surroundings,
  settings: SshSettings | null,
): Promise<void> {
  const where = directories(environment);
  const places = sshPlaces(where);
  await removeLine(places.userConfig, ourLine(where), settings?.madeUserConfig === true);
  if (settings?.agent === true)
    sayUnheard(terminal, await removeFromAgents(places, await certificateFiles(places)));
  await removeSshFiles(places);
}

function sayUnheard(terminal: Terminal, agents: readonly string[]): void {
  for (const agent of agents)
    terminal.warn(
      `the ssh-agent at ${agent} does not answer: it may go on offering certificates of this account until they end; \`ssh-add -D\` there takes them away.`,
    );
}

/** The key's path without an ending. */
export const keyPath = (home: string, settings: SshSettings): string => settings.key ?? ownKeyPath(home);

/** Type of the key that plain ssh has certificates for here; null where it has none, or where the key cannot be read. */
export async function sshKeyType({ environment }: Surroundings): Promise<string | null> {
  const where = directories(environment);
  const ssh = (await readConfiguration(where).catch(() => null))?.ssh;
  return ssh?.wanted === true ? typeOf(keyPath(where.home, ssh)) : null;
}

const typeOf = (path: string): Promise<string | null> =>
  readKeyFile(path).then(
    ({ publicKey }) => publicKey.type,
    () => null,
  );

/** ssh is told of the public key where the private one is not a file: an agent has it. */
async function keyUse(home: string, settings: SshSettings): Promise<KeyUse> {
  const path = keyPath(home, settings);
  const isFile = await access(path).then(
    () => true,
    () => false,
  );
  return {
    identityFile: isFile ? path : `${path}.pub`,
    keyType: await typeOf(path),
    agent: settings.agent && isFile,
  };
}
