import { execFile } from 'node:child_process';
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

  it('fails the compiler: its project does not list the reference', async () => {
    const output = await failure([
      'node_modules/typescript/bin/tsc',
      '-p',
      'test/boundaries/canary/tsconfig.json',
      '--noEmit',
    ]);
    expect(output).toMatch(/TS6059|TS6307/);
  }, 120_000);
});
