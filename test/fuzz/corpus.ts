import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The saved inputs of a target, in order of their names. `folder`: test/fuzz/corpus. */
export function loadCorpus(folder: string, target: string): Uint8Array[] {
  const own = join(folder, target);
  if (!existsSync(own)) return [];
  return readdirSync(own)
    .sort()
    .map((name) => readFileSync(join(own, name)));
}

/** Saves an input under the digest of its bytes and returns the path. */
export function saveInput(folder: string, target: string, kind: 'new' | 'crash', input: Uint8Array): string {
  const own = join(folder, target);
  mkdirSync(own, { recursive: true });
  const path = join(own, `${kind}-${createHash('sha256').update(input).digest('hex').slice(0, 16)}`);
  writeFileSync(path, input);
  return path;
}
