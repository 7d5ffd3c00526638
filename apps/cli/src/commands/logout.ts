import { ProblemError } from '@writ/contract';
import { isCodedError } from '@writ/kernel';
import { directories, type Directories } from '../files/directories.js';
import type { Run, Surroundings } from '../run.js';
import { signedIn } from '../session/client.js';
import { changeConfiguration, readConfiguration } from '../session/configuration.js';
import { withSessionLock } from '../session/lock.js';
import { readSession, removeSession } from '../session/session.js';
import { takeDownSsh } from '../ssh/set-up.js';

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
  try {
    const client = await signedIn(surroundings);
    await terminal.working('Signing out', () => client.call('signOut', {}));
  } catch (error) {
    const over =
      isCodedError(error, 'not_signed_in') || (error instanceof ProblemError && error.problem.status === 401);
    if (!over) {
      terminal.warn(
        `The tokens here are removed, but the session goes on until ${session.tokens.sessionExpiresAt}.`,
      );
      throw error;
    }
  } finally {
    await withSessionLock(where, () => removeSession(where));
    await leaveSsh(surroundings, where);
  }
  say(true, `Signed out of ${session.server.url}.`);
};

/** ssh is as it was, until the next sign-in: that it is wanted stays remembered. */
async function leaveSsh(surroundings: Surroundings, where: Directories): Promise<void> {
  const ssh = (await readConfiguration(where).catch(() => null))?.ssh;
  if (ssh?.wanted !== true) return;
  await takeDownSsh(surroundings, ssh);
  await changeConfiguration(where, { ssh: { ...ssh, madeUserConfig: false } });
}
