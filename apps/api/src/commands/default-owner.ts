import { NewUserName } from '@writ/contract';
import { userInfo } from 'node:os';
import type { Environment } from '../config/environment.js';

/** Who runs a command, as the machine knows them. */
export interface Login {
  /** Null where the machine has no name for the account. */
  readonly name: string | null;
  readonly isRoot: boolean;
}

/** The account that this process runs as. */
export function processLogin(): Login {
  const isRoot = process.getuid?.() === 0;
  try {
    return { name: userInfo().username, isRoot };
  } catch {
    // In containers an account often has a number and no name.
    return { name: null, isRoot };
  }
}

/**
 * What the first owner is called when nobody says: as the person who runs `init` is, or, where root does that through
 * sudo, whoever asked for it. `root` is no person, and some login names are no user names: then `owner`.
 */
export function defaultOwner(login: Login, environment: Environment): string {
  const name = login.isRoot ? environment['SUDO_USER'] : login.name;
  return name !== 'root' && NewUserName.safeParse(name).success ? (name ?? fallback) : fallback;
}

const fallback = 'owner';
