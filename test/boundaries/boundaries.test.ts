import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { importedBelow, importedPackages } from './imported-packages.js';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const run = promisify(execFile);

async function failure(args: readonly string[]): Promise<string> {
  try {
    await run(process.execPath, args, {
      cwd: root,
      env: { ...process.env, NX_DAEMON: 'false', NODE_OPTIONS: '' },
    });
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    return stdout + stderr;
  }
  throw new Error(`node ${args.join(' ')} found nothing wrong with the canary`);
}

describe('the canary, a kernel that imports the storage', () => {
  it('fails the boundary rule, linted through nx', async () => {
    const output = await failure(['node_modules/nx/dist/bin/nx.js', 'run', 'canary:lint', '--skip-nx-cache']);
    expect(output).toContain('@nx/enforce-module-boundaries');
    expect(output).toContain('scope:kernel');
  }, 120_000);

  it('fails the declaration rule: kernel declares no such dependency', () => {
    const canary = readFileSync(join(root, 'test/boundaries/canary/forbidden.ts'), 'utf8');
    const declared = declaredBy('libs/kernel');
    expect(importedPackages(canary).filter((name) => !declared.includes(name))).toEqual(['@writ/storage']);
  });
});

describe('every project', () => {
  const projects = ['libs', 'apps'].flatMap((folder) =>
    readdirSync(join(root, folder))
      .map((name) => `${folder}/${name}`)
      // The host kit is a script: nothing in it imports.
      .filter((project) => existsSync(join(root, project, 'src'))),
  );

  it.each(projects)('%s imports only the packages that its package.json declares', (project) => {
    const declared = declaredBy(project);
    const undeclaredIn = [...importedBelow(join(root, project, 'src'))].filter(
      ([name]) => !declared.includes(name),
    );
    expect(undeclaredIn).toEqual([]);
  });

  it.each(projects)('%s declares only packages that it imports', (project) => {
    const imported = importedBelow(join(root, project, 'src'));
    const idle = declaredBy(project).filter((name) => !imported.has(name));
    expect(idle).toEqual(Object.keys(unimported[project] ?? {}));
  });

  it('that is tests imports only what it or the workspace declares', () => {
    const declared = [...declaredBy('test'), ...declaredBy('.', 'devDependencies')];
    const folders = ['test', ...projects.map((project) => `${project}/test`)];
    for (const folder of folders.filter((each) => existsSync(join(root, each)))) {
      const own = folder === 'test' ? [] : declaredBy(dirname(folder));
      const foreign = [...importedBelow(join(root, folder)).keys()].filter(
        (name) => !name.startsWith('@writ/') && ![...declared, ...own].includes(name),
      );
      expect({ folder, foreign }).toEqual({ folder, foreign: [] });
    }
  });
});

/** Declared and not imported, each for its reason. */
const unimported: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'apps/api': { 'reflect-metadata': 'a peer that NestJS imports and its users install' },
};

type Declarations = 'dependencies' | 'devDependencies';

function declaredBy(project: string, kind: Declarations = 'dependencies'): readonly string[] {
  const text = readFileSync(join(root, project, 'package.json'), 'utf8');
  return Object.keys((JSON.parse(text) as Partial<Record<Declarations, object>>)[kind] ?? {});
}
