import { chmod, lstat, mkdtemp, readdir, rm } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { isAlive } from '../files/process-alive.js';

/** 'writ-drill-4711-XXXXXX': the number is that of the process; in the names of older versions there is none. */
const named = /^writ-drill-(?:([0-9]+)-)?[A-Za-z0-9]{6}$/;

/** No drill takes so long (ms), whoever has its process's number now. */
const longest = 3_600_000;

/** Makes a directory below `parent` for the time of a drill, that nobody else can look into. */
export async function makeDrillDirectory(parent: string): Promise<string> {
  const directory = await mkdtemp(join(parent, `writ-drill-${process.pid}-`));
  await chmod(directory, 0o700);
  return directory;
}

/**
 * Removes what drills of the same user (`uid`) that were killed have left below `parent`: a canary's key, its certificate and known hosts.
 * What cannot be removed stays; never rejects.
 */
export async function clearKilledDrills(parent: string, uid = userInfo().uid): Promise<void> {
  const names = await readdir(parent).catch(() => []);
  for (const name of names) {
    const found = named.exec(name);
    if (found !== null)
      await clear(join(parent, name), Number(found[1] ?? process.pid), uid).catch(() => undefined);
  }
}

async function clear(path: string, pid: number, uid: number): Promise<void> {
  const about = await lstat(path);
  if (!about.isDirectory() || about.uid !== uid) return;
  if (isAlive(pid) && Date.now() - about.mtimeMs < longest) return;
  await rm(path, { recursive: true, force: true });
}
