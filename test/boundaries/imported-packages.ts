import { readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join } from 'node:path';
import ts from 'typescript';

/** The packages that a file names: imported (types too), or resolved to read one of their files. */
export function importedPackages(text: string): readonly string[] {
  const resolved = [...text.matchAll(/\.resolve\(['"`]([^'"`]+)/g)].map(([, name = '']) => name);
  const imported = ts.preProcessFile(text, true, true).importedFiles.map(({ fileName }) => fileName);
  return [...imported, ...resolved].flatMap(packageOf);
}

/** The packages that a folder's TypeScript names, and in which files; what was compiled (out/) is not looked at. */
export function importedBelow(folder: string): ReadonlyMap<string, readonly string[]> {
  const files = new Map<string, string[]>();
  for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.ts') || file.startsWith('out/')) continue;
    for (const name of importedPackages(readFileSync(join(folder, file), 'utf8')))
      files.set(name, [...(files.get(name) ?? []), file]);
  }
  return files;
}

/** '@writ/openssh/key' is the package '@writ/openssh'; our own files and Node's modules are of none. */
function packageOf(specifier: string): string[] {
  if (!/^[@a-z]/i.test(specifier) || specifier.startsWith('node:')) return [];
  const name = specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
  return builtinModules.includes(name) ? [] : [name];
}
