import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

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
    expect(undeclared(canary, declaredBy('libs/kernel'))).toEqual(['@writ/storage']);
  });
});

describe('every project', () => {
  const projects = ['libs', 'apps'].flatMap((folder) =>
    readdirSync(join(root, folder)).map((name) => `${folder}/${name}`),
  );

  it.each(projects)('%s imports only the workspace packages that its package.json declares', (project) => {
    const declared = declaredBy(project);
    for (const file of readdirSync(join(root, project, 'src'), { recursive: true, encoding: 'utf8' })) {
      if (!file.endsWith('.ts')) continue;
      const text = readFileSync(join(root, project, 'src', file), 'utf8');
      expect({ file, undeclared: undeclared(text, declared) }).toEqual({ file, undeclared: [] });
    }
  });
});

function declaredBy(project: string): readonly string[] {
  const text = readFileSync(join(root, project, 'package.json'), 'utf8');
  return Object.keys((JSON.parse(text) as { dependencies?: Record<string, string> }).dependencies ?? {});
}

/** The workspace packages that a file imports and its project does not declare. */
function undeclared(text: string, declared: readonly string[]): string[] {
  const imported = [...text.matchAll(/(?:from|import)\s*\(?\s*'(@writ\/[a-z]+)/g)].map(
    ([, name]) => name ?? '',
  );
  return imported.filter((name) => !declared.includes(name));
}
