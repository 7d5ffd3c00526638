import { ProblemError } from '@writ/contract';
import { isCodedError } from '@writ/kernel';
import { directories, type Directories } from '../files/directories.js';
import { cliError } from '../errors.js';
import type { Run, Surroundings } from '../run.js';
import { signedIn } from '../session/client.js';
import { changeConfiguration, readConfiguration } from '../session/configuration.js';
import { withSessionLock } from '../session/lock.js';
import { readSession, removeSession } from '../session/session.js';
import { takeDownSsh } from '../ssh/set-up.js';
import { instant } from '../view/fields.js';

/** How long the service may take to end the session (ms). */
const patience = 5_000;

/** The tokens go in any case; that the server could not be told is an error, for there the session goes on. */
export const run: Run = async (surroundings, input) => {
  const { terminal, environment } = surroundings;
  const where = directories(environment);
  const session = await readSession(where);
  const say = (signedOut: boolean, sentence: string): void => {
    if (input.json) terminal.json({ signedOut });
    else terminal.say(sentence);
  };
  if (session === null) {
    await withSessionLock(where, () => removeSession(where));
    await leaveSsh(surroundings, where);
    return say(false, 'Nobody was signed in.');
  }
  let late = false;
  try {
    const client = await signedIn(surroundings, null);
    await terminal.working('Signing out', () =>
      inTime(client.call('signOut', {}), () => {
        late = true;
        return cliError('server_unreachable', `${session.server.url} does not answer.`, {
          url: session.server.url,
        });
      }),
    );
  } catch (error) {
    const over =
      isCodedError(error, 'not_signed_in') || (error instanceof ProblemError && error.problem.status === 401);
    if (!over) {
      terminal.warn(
        `The tokens here are removed. The session at ${session.server.url} could not be ended; it ends by itself at ${instant(session.tokens.sessionExpiresAt)}.`,
      );
      throw error;
    }
  } finally {
    // Whoever holds the lock may be waiting for the same service.
    if (late) await removeSession(where);
    else await withSessionLock(where, () => removeSession(where));
    await leaveSsh(surroundings, where);
    // What still waits for the service keeps nobody here.
    if (late) setTimeout(() => process.exit(), 500).unref();
  }
  say(true, `Signed out of ${session.server.url}.`);
};

/** What `work` resolves with; rejects with `error` where it takes too long. */
async function inTime<T>(work: Promise<T>, error: () => Error): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(error()), patience);
  });
  try {
    return await Promise.race([work, over]);
  } finally {
    clearTimeout(timer);
    work.catch(() => undefined);
  }
}

/** ssh is as it was, until the next sign-in: that it is wanted stays remembered. */
async function leaveSsh(surroundings: Surroundings, where: Directories): Promise<void> {
  const ssh = (await readConfiguration(where).catch(() => null))?.ssh;
  if (ssh === undefined || ssh === null) return;
  await takeDownSsh(surroundings, ssh);
  await changeConfiguration(where, { ssh: { ...ssh, madeUserConfig: false } });
}
