import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const project = fileURLToPath(new URL('..', import.meta.url));

/** The command line as it is shipped, in a directory of its own, with an empty home. */
export interface Built {
  readonly directory: string;
  /** The bundle, for `node <bundle> …`. */
  readonly bundle: string;
  /** PATH with a `writ` in front, HOME below `directory`; nothing else of ours. */
  readonly env: Readonly<Record<string, string>>;
  remove(): void;
}

/** Bundles the sources as they are now. */
export function buildCommandLine(): Built {
  const directory = mkdtempSync(join(tmpdir(), 'writ-cli-'));
  const bin = join(directory, 'bin');
  const home = join(directory, 'home');
  execFileSync(process.execPath, [join(project, 'build.mjs'), bin], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const bundle = join(bin, 'writ.js');
  writeFileSync(join(bin, 'writ'), `#!/bin/sh\nexec '${process.execPath}' '${bundle}' "$@"\n`);
  chmodSync(join(bin, 'writ'), 0o755);
  mkdirSync(home);
  return {
    directory,
    bundle,
    env: {
      PATH: `${bin}:${process.env['PATH'] ?? '/usr/bin:/bin'}`,
      HOME: home,
      TZ: 'UTC',
      LC_ALL: 'C.UTF-8',
    },
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}
