// Boundaries and code rules through nx (without nx's project graph eslint would skip the boundary rule), then the format.
import { join } from 'node:path';
import { root, run } from './run.mjs';
import { setup } from './setup.mjs';

/** Each check by name; resolves to true when it found nothing. */
export const lintChecks = {
  'lint: eslint and boundaries': async () =>
    (await run(process.execPath, [
      'node_modules/nx/dist/bin/nx.js',
      'run-many',
      '-t',
      'lint',
      '--exclude',
      'canary',
      '--outputStyle=static',
      '--parallel=2',
    ])) === 0,
  'lint: project references are listed': async () =>
    (await run(process.execPath, ['node_modules/nx/dist/bin/nx.js', 'sync:check'])) === 0,
  'lint: format': async () =>
    (await run(process.execPath, [
      'node_modules/prettier/bin/prettier.cjs',
      '--check',
      '--log-level=warn',
      '.',
    ])) === 0,
};

if (process.argv[1] === join(root, 'tools/lint.mjs')) {
  await setup();
  let clean = true;
  for (const check of Object.values(lintChecks)) clean = (await check()) && clean;
  process.exit(clean ? 0 : 1);
}
