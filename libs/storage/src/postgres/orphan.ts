import { CodedError } from '@writ/kernel';
import { connect } from 'node:net';
import { join } from 'node:path';
import type { DatabaseLogin } from '../credentials.js';
import type { StorageErrorCode } from '../errors.js';
import type { Log } from '../log.js';
import { hasCluster } from './cluster.js';
import { takeGuard } from './guard.js';
import type { Home } from './home.js';
import { endLeftovers } from './leftovers.js';
import { clearStaleFiles, readPostmasterFile, servesDirectory } from './postmaster-file.js';
import { stopServer } from './server.js';

/**
 * Leaves the home without a running server: stops one whose service died without stopping it, clears what a dead
 * one left. For the owner of the state directory only.
 * Ends in `state_in_use` when a living service (in another container, say) still holds the server.
 */
export async function retireOrphan(home: Home, superuser: DatabaseLogin, log: Log): Promise<void> {
  const postmaster = await readPostmasterFile(home.dataDirectory);
  const sockets = [home.socketDirectory, postmaster?.socketDirectory ?? ''].filter((path) => path !== '');
  if (postmaster !== undefined && servesDirectory(postmaster, home.dataDirectory)) {
    if (await isHeld(postmaster.socketDirectory, superuser)) throw inUse(home);
    log('warn', `stopping PostgreSQL ${postmaster.pid}, which an earlier service left behind`, {
      pid: postmaster.pid,
    });
    if (!(await stopServer(postmaster.pid))) throw inUse(home);
  } else {
    // The process is not to be seen here, but one of another process namespace would still hold the socket.
    for (const socket of sockets) if (await accepts(join(socket, '.s.PGSQL.5432'))) throw inUse(home);
  }
  if (await hasCluster(home)) await endLeftovers(home.dataDirectory);
  for (const socket of sockets) await clearStaleFiles(home.dataDirectory, socket);
}

function inUse(home: Home): CodedError<StorageErrorCode> {
  return new CodedError<StorageErrorCode>(
    'state_in_use',
    `Another Writ service uses the database in ${home.dataDirectory}; stop it, or name another state directory.`,
    { path: home.dataDirectory },
  );
}

/** True when a living service holds the owner's mark. A server that does not answer holds nobody's. */
async function isHeld(socketDirectory: string, superuser: DatabaseLogin): Promise<boolean> {
  try {
    const guard = await takeGuard(socketDirectory, superuser);
    await guard?.close();
    return guard === undefined;
  } catch {
    return false;
  }
}

function accepts(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(socketPath);
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}
