import { randomUUID } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { isCodedError } from '@writ/kernel';
import { parseCertificateLine } from '@writ/openssh/certificate';
import { cliError, fail } from '../errors.js';
import { directories, type Directories } from '../files/directories.js';
import { makePrivateDirectory } from '../files/atomic-file.js';
import { withProcessLock } from '../files/process-lock.js';
import { checkCertificate } from '../keys/certificate-file.js';
import { readKeyFile } from '../keys/key-file.js';
import type { Surroundings } from '../run.js';
import { signedIn, type Client } from '../session/client.js';
import { readConfiguration, stillToldSo, type SshSettings } from '../session/configuration.js';
import { withSessionLock } from '../session/lock.js';
import { readSession, stillSignedIn } from '../session/session.js';
import { addToAgent, rememberAgent, removeFromAgents } from './agent.js';
import { inTime } from './in-time.js';
import { roleCertificateFile, sshPlaces, type RoleOf } from './places.js';
import {
  readRoleCertificate,
  timesOf,
  writeRoleCertificate,
  type CertificateTimes,
} from './role-certificate.js';
import { keyPath, refreshSsh } from './set-up.js';
import { forgetTrouble, never, readTrouble, writeTrouble } from './trouble.js';
import { certificateFiles, readReach } from './write.js';

/** ssh waits for no certificate much longer than this (ms). */
const lockPatience = 8_000;
const goesOn = 'ssh goes on with your other keys.';
/** After a failure nobody tries again for so long (s). */
const pauseAfterFailure = 15;

/**
 * Gets a role's certificate, unless another process has just done so: what the check starts. A failure is written down for the
 * check to say without starting Node: for good where the session has ended, else for a quarter of a minute. Resolves with the path of
 * the certificate. Rejects with
 * 'not_signed_in', 'server_unreachable' after ten seconds, and the codes of the route.
 */
export async function renewRoleCertificate(surroundings: Surroundings, of: RoleOf): Promise<string> {
  const where = directories(surroundings.environment);
  const places = sshPlaces(where);
  const file = roleCertificateFile(places, of);
  const troubleFile = `${file}.trouble`;
  const now = (): number => Math.floor(surroundings.clock() / 1000);
  const ssh = (await readConfiguration(where))?.ssh;
  if (ssh?.wanted !== true)
    fail('usage_invalid', 'ssh is not told of certificates here: `writ login --ssh-config`.');
  const alone = async (work: () => Promise<void>): Promise<void> => {
    await makePrivateDirectory(places.certificates);
    await withProcessLock(`${file}.lock`, lockPatience, work);
  };
  await alone(async () => {
    const there = await readRoleCertificate(file);
    if (there !== null && now() < there.renewFrom) return toAgent(where, ssh, file, there, now());
    const trouble = await readTrouble(troubleFile);
    if (trouble !== null && now() < trouble.until) fail('server_unreachable', trouble.words);
    try {
      await inTime('has not given a certificate', () => issue(surroundings, of, file, ssh));
    } catch (error) {
      const over = isCodedError(error, 'not_signed_in');
      // Somebody else has signed in meanwhile: theirs has not ended.
      if (over && (await readSession(where)) !== null) throw error;
      // The next one goes by what is set up now.
      if (!(await stillToldSo(where, ssh))) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      const words = `${reason} ${goesOn}`;
      const until = over ? never : now() + pauseAfterFailure;
      await writeTrouble(over ? places.ended : troubleFile, { said: now(), until, words }).catch(
        () => undefined,
      );
      throw over ? cliError('not_signed_in', words) : error;
    }
    await forgetTrouble(troubleFile);
    await forgetTrouble(places.ended);
  }).catch((error: unknown) => {
    throw forSsh(error);
  });
  return file;
}

/** What is wrong with a lock, in words for somebody who has only run ssh. */
function forSsh(error: unknown): unknown {
  if (isCodedError(error, 'session_locked'))
    return cliError(
      'session_locked',
      `Certificates cannot be renewed now: the service does not answer, or another ssh is still asking it. ${goesOn}`,
      {},
      error,
    );
  if (isCodedError(error, 'file_unwritable'))
    return cliError('file_unwritable', `${error.message} ${goesOn}`, error.details, error);
  return error;
}

async function issue(surroundings: Surroundings, of: RoleOf, file: string, ssh: SshSettings): Promise<void> {
  const { environment, clock, terminal } = surroundings;
  const where = directories(environment);
  const client = await signedIn(surroundings, null);
  const key = await readKeyFile(keyPath(where.home, ssh));
  const role = await roleName(surroundings, client, of, ssh);
  const { certificate: line } = await client.call('issueUserCertificate', {
    params: { organization: of.organization },
    body: { publicKey: key.line, role },
    idempotencyKey: randomUUID(),
  });
  const checked = checkCertificate(key, line, 'user');
  const now = Math.floor(clock() / 1000);
  const times = timesOf(now, parseCertificateLine(checked.line).certificate);
  await withSessionLock(where, async () => {
    // Whoever signs in as somebody else takes away what is there by then.
    await stillSignedIn(where, client.session);
    // Its key may be another one by now.
    if (!(await stillToldSo(where, ssh)))
      fail('usage_invalid', 'ssh was set up otherwise in the meantime: run it again.');
    // Of the one before this nobody would know later that ssh-agent has it.
    if (ssh.agent) await removeFromAgents(sshPlaces(where), [file]);
    await writeRoleCertificate(file, checked.line, times);
    // The file is good without it.
    await toAgent(where, ssh, file, { ...times, line: checked.line }, now).catch((error: Error) =>
      terminal.warn(error.message),
    );
  });
  // What is new since then is a matter for the next ssh; that it cannot be had is none for this one.
  await refreshSsh(surroundings, client, ssh, of).catch(() => undefined);
}

/**
 * Has ssh-agent keep it too, until it ends, where that is wanted, and of the others only the one that was used before it, as a jump
 * host's is: whatever an agent has is offered to every server, which gives up after six and reads what is said in them. Rejects with
 * 'agent_refused'.
 */
async function toAgent(
  where: Directories,
  ssh: SshSettings,
  file: string,
  { line, end }: CertificateTimes & { readonly line: string },
  now: number,
): Promise<void> {
  const { SSH_AUTH_SOCK: agent = '' } = process.env;
  if (!ssh.agent || agent === '') return;
  const places = sshPlaces(where);
  await rememberAgent(places, agent);
  await addToAgent(agent, places.directory, keyPath(where.home, ssh), line, end - now);
  const others = (await certificateFiles(places)).filter((path) => path !== file);
  const used = await Promise.all(
    others.map(async (path) => (await stat(path).catch(() => null))?.mtimeMs ?? 0),
  );
  const before = others[used.indexOf(Math.max(...used))];
  await removeFromAgents(
    places,
    others.filter((path) => path !== before),
  );
}

/** A role's name by its handle, from what the service said last, or says now. 'file_refused' where it is none of the caller's any more. */
async function roleName(
  surroundings: Surroundings,
  client: Client,
  { organization, role }: RoleOf,
  ssh: SshSettings,
): Promise<string> {
  const places = sshPlaces(directories(surroundings.environment));
  const find = async (): Promise<string | undefined> =>
    (await readReach(places))?.organizations
      .find(({ handle }) => handle === organization)
      ?.roles.find(({ handle }) => handle === role)?.name;
  const known = await find();
  if (known !== undefined) return known;
  await refreshSsh(surroundings, client, ssh);
  return (await find()) ?? fail('usage_invalid', `You have no role ${role} at ${organization} (any more).`);
}
