import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

export interface Directories {
  readonly home: string;
  /** Where the service is and how to trust it. */
  readonly configuration: string;
  /** The session's tokens: 0700. */
  readonly state: string;
}

/**
 * Where things go, by the XDG base directory specification: a variable that is not an absolute path is ignored, as the
 * specification says.
 */
export function directories(environment: Readonly<Record<string, string | undefined>>): Directories {
  const home = absolute(environment['HOME']) ?? homedir();
  const base = (name: string, fallback: string): string =>
    absolute(environment[name]) ?? join(home, fallback);
  return {
    home,
    configuration: join(base('XDG_CONFIG_HOME', '.config'), 'writ'),
    state: join(base('XDG_STATE_HOME', '.local/state'), 'writ'),
  };
}

function absolute(path: string | undefined): string | null {
  return path !== undefined && isAbsolute(path) ? path : null;
}
