import { readFileSync } from 'node:fs';

const sources = new URL('../src/', import.meta.url);

/** Every module that `entry` loads, by its URL or its package name; type-only imports load nothing. */
function loadedBy(entry: URL, seen = new Set<string>()): ReadonlySet<string> {
  if (seen.has(entry.href)) return seen;
  seen.add(entry.href);
  for (const [statement, name = ''] of readFileSync(entry, 'utf8').matchAll(
    /^(?:import|export) [^;]*?from '([^']+)';/gms,
  )) {
    if (/^(?:import|export) type /.test(statement)) continue;
    if (name.startsWith('.')) loadedBy(new URL(name.replace(/\.js$/, '.ts'), entry), seen);
    else seen.add(name);
  }
  return seen;
}

describe('what a program loads with', () => {
  // A command that only shows a certificate should start quickly: sshpk takes longer to load than all of this.
  it.each(['wire', 'certificate', 'sshsig', 'trust', 'krl'])('%s does not include sshpk', (folder) => {
    const loaded = loadedBy(new URL(`${folder}/index.ts`, sources));
    expect(loaded.size).toBeGreaterThan(3);
    expect(loaded).not.toContain('sshpk');
  });

  it('key includes it, so that this test would see it', () => {
    expect(loadedBy(new URL('key/index.ts', sources))).toContain('sshpk');
  });
});
