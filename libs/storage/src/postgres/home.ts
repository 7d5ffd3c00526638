import { createHash } from 'node:crypto';
import { chmod, chown, lstat, mkdir, mkdtemp, realpath } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { makePrivateDirectory, readIfThere, writeDurably } from '../durable-file.js';
import { fileError } from '../system-error.js';
import { serverAccount, type Account } from './account.js';
import { canEnter } from './reach.js';

/** Where one embedded PostgreSQL lives. */
export interface Home {
  /** What is ours and PostgreSQL may enter. */
  readonly directory: string;
  readonly dataDirectory: string;
  /** Holds nothing but the Unix socket; 0700, short enough for a socket address. */
  readonly socketDirectory: string;
  /** Undefined: our own. */
  readonly account: Account | undefined;
}

/** struct sockaddr_un holds 104 bytes on the BSDs and macOS and 108 on Linux, a final NUL included. */
const longestSocketPath = 103;

/**
 * Makes (or finds again) the directories of the embedded PostgreSQL below a state directory. As root, PostgreSQL
 * runs under another account; where that account cannot enter the state directory (a clone below /root), its
 * files live elsewhere, and a socket whose path would be too long lives below the temporary directory. Both are
 * remembered. Ends in `state_dir_unusable`, `storage_full`, `postgres_account_missing`.
 */
export async function prepareHome(stateDirectory: string): Promise<Home> {
  const inState = join(stateDirectory, 'postgres');
  try {
    await makePrivateDirectory(inState);
    const place = await realpath(inState);
    const memory = join(place, 'place.json');
    const remembered = parsePlace(await readIfThere(memory));
    const account = await serverAccount(join(remembered.directory ?? place, 'data'));
    const directory = remembered.directory ?? (await enterable(place, account));
    if (account !== undefined) await mayEnter(directory);
    const socketDirectory = await socketPlace(directory, remembered.socketDirectory, account);
    const now = {
      ...(directory === place ? {} : { directory }),
      ...(socketDirectory === join(directory, 'run') ? {} : { socketDirectory }),
    };
    if (JSON.stringify(now) !== JSON.stringify(remembered))
      await writeDurably(memory, `${JSON.stringify(now)}\n`);
    return { directory, dataDirectory: join(directory, 'data'), socketDirectory, account };
  } catch (error) {
    throw fileError(error, inState);
  }
}

interface Place {
  readonly directory?: string;
  readonly socketDirectory?: string;
}

function parsePlace(text: string | undefined): Place {
  return text === undefined ? {} : (JSON.parse(text) as Place);
}

/** The given directory if the account can be let into it by opening what is ours, else a directory elsewhere. */
async function enterable(place: string, account: Account | undefined): Promise<string> {
  if (account === undefined) return place;
  await mayEnter(join(place, '..'));
  await mayEnter(place);
  if (await canEnter(place, account)) return place;
  const temporary = await realpath(tmpdir());
  if (!relative(temporary, place).startsWith('..')) {
    // A name nobody can guess: in a directory that all may write, a known one could be somebody else's.
    const elsewhere = await mkdtemp(join((await canEnter(temporary, account)) ? temporary : '/tmp', 'writ-'));
    await chmod(elsewhere, 0o711);
    return elsewhere;
  }
  const name = createHash('sha256').update(place).digest('hex').slice(0, 12);
  const elsewhere = join('/var/lib/writ', `postgres-${name}`);
  await mkdir(elsewhere, { recursive: true, mode: 0o711 });
  return elsewhere;
}

/** Lets others pass through (not read) a directory that is root's. */
async function mayEnter(directory: string): Promise<void> {
  const { uid, mode } = await lstat(directory);
  if (uid === 0 && (mode & 0o001) === 0) await chmod(directory, (mode & 0o777) | 0o011);
}

async function socketPlace(
  home: string,
  remembered: string | undefined,
  account: Account | undefined,
): Promise<string> {
  const uid = account?.uid ?? process.geteuid?.() ?? -1;
  if (remembered !== undefined && (await isPrivate(remembered, uid))) return remembered;
  const usual = join(home, 'run');
  if (socketPathFits(usual)) {
    await mkdir(usual, { recursive: true, mode: 0o700 });
    await giveTo(usual, account);
    return usual;
  }
  const temporary = tmpdir();
  const fits = socketPathFits(join(temporary, 'writ-XXXXXX')) && (await canEnter(temporary, account));
  const short = await mkdtemp(join(fits ? temporary : '/tmp', 'writ-'));
  await giveTo(short, account);
  return short;
}

async function giveTo(directory: string, account: Account | undefined): Promise<void> {
  await chmod(directory, 0o700);
  if (account !== undefined) await chown(directory, account.uid, account.gid);
}

/** A directory below a world-writable one is only ours if nobody else made or may enter it. */
async function isPrivate(directory: string, uid: number): Promise<boolean> {
  const entry = await lstat(directory).catch(() => undefined);
  return entry !== undefined && entry.isDirectory() && entry.uid === uid && (entry.mode & 0o077) === 0;
}

/** True when PostgreSQL's socket in this directory has an address that every system takes. */
export function socketPathFits(directory: string): boolean {
  return Buffer.byteLength(join(directory, '.s.PGSQL.5432')) <= longestSocketPath;
}
