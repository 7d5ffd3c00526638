import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from './bundle.js';

/** Everything below a directory: kind, mode and contents of each entry by its name. */
export function treeOf(directory: string, without: readonly string[] = []): Record<string, string> {
  const names = readdirSync(directory, { recursive: true, encoding: 'utf8' }).filter(
    // sshd goes on writing its log meanwhile.
    (name) => name !== 'log' && !without.includes(name),
  );
  return Object.fromEntries(names.sort().map((name) => [name, describe(join(directory, name))]));
}

function describe(path: string): string {
  const status = lstatSync(path);
  const mode = (status.mode & 0o7777).toString(8);
  if (status.isSymbolicLink()) return `-> ${readlinkSync(path)}`;
  return status.isDirectory() ? `directory ${mode}` : `file ${mode} ${sha256(readFileSync(path))}`;
}
