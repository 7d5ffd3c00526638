import { chmod, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { AnySession } from '@writ/contract';
import { fail, systemReason } from '../errors.js';
import { assertWritable, makePrivateDirectory, writeAtomically } from '../files/atomic-file.js';
import type { Directories } from '../files/directories.js';
import { readBytesIfAny } from '../files/read.js';
import type { Server } from '../network/server.js';
import type { Terminal } from '../terminal/terminal.js';

/** A session, and the one server that its tokens may be shown to. */
export interface Session {
  readonly server: Server;
  /** A service account's cannot be refreshed. */
  readonly tokens: AnySession;
  /** Absolute path of the key that a service account signs in with, without an ending; null: a person's session. */
  readonly signInKey: string | null;
}

/** Where the session is kept: 0600 in a directory that is 0700. */
export const sessionFile = (where: Directories): string => join(where.state, 'session.json');

/** The session, or null where nobody is signed in. A file that cannot be understood is nobody's session. */
export async function readSession(where: Directories): Promise<Session | null> {
  const bytes = await readBytesIfAny(sessionFile(where));
  if (bytes === null) return null;
  try {
    const { server, tokens, signInKey } = JSON.parse(new TextDecoder().decode(bytes)) as {
      server: Server;
      tokens: unknown;
      signInKey?: unknown;
    };
    const parsed = AnySession.safeParse(tokens);
    if (!parsed.success || typeof server.url !== 'string') return null;
    return {
      server: { url: server.url, pin: server.pin ?? null, caFile: server.caFile ?? null },
      tokens: parsed.data,
      signInKey: typeof signInKey === 'string' ? signInKey : null,
    };
  } catch {
    return null;
  }
}

/**
 * The session as it is kept now, where it is still that of the same account at the same service. Rejects with 'not_signed_in' where it is
 * not: who waits for the service may find another one when it answers.
 */
export async function stillSignedIn(where: Directories, { server, tokens }: Session): Promise<Session> {
  const now =
    (await readSession(where)) ?? fail('not_signed_in', 'You have signed out in the meantime: `writ login`.');
  if (now.server.url !== server.url || now.tokens.user.id !== tokens.user.id)
    fail('not_signed_in', 'Somebody else has signed in here in the meantime; run this again.');
  return now;
}

/** Makes sure that a session can be kept, before somebody signs in. Rejects with 'file_unwritable'. */
export async function prepareSession(where: Directories): Promise<void> {
  await makePrivateDirectory(where.state);
  await assertWritable(sessionFile(where));
}

/**
 * Takes the right to read the session from everybody else, and says so: whoever used it meanwhile has the tokens. Rejects
 * with 'file_refused' where that cannot be done.
 */
export async function guardSession(where: Directories, terminal: Terminal): Promise<void> {
  const path = sessionFile(where);
  const there = await stat(path).catch(() => null);
  if (there === null || (there.mode & 0o077) === 0) return;
  await chmod(path, 0o600).catch((error: unknown) =>
    fail('file_refused', `Others can read ${path}, and that cannot be changed: ${systemReason(error)}.`, {
      path,
    }),
  );
  terminal.warn(
    `Others could read ${path}; now only you can. If somebody may have: \`writ logout\`, and sign in again.`,
  );
}

export async function writeSession(where: Directories, session: Session): Promise<void> {
  await makePrivateDirectory(where.state);
  await writeAtomically(sessionFile(where), `${JSON.stringify(session, null, 2)}\n`, 0o600);
}

export async function removeSession(where: Directories): Promise<void> {
  const path = sessionFile(where);
  await unlink(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT')
      fail('file_unwritable', `Cannot remove ${path}: ${systemReason(error)}.`, { path }, error);
  });
}
