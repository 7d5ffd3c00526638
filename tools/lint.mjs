// Boundaries and code rules, then the format. One eslint for all projects: each of its own would read all their types again.
import { join } from 'node:path';
import { root, run } from './run.mjs';
import { setup } from './setup.mjs';

/** Each check by name, in their order; resolves to true when it found nothing. */
export const lintChecks = {
  // First, since it leaves nx's project graph behind, without which eslint would skip the boundary rule.
  'lint: project references are listed': async () =>
    (await run(process.execPath, ['node_modules/nx/dist/bin/nx.js', 'sync:check'])) === 0,
  'lint: eslint and boundaries': async () =>
    (await run(process.execPath, ['node_modules/eslint/bin/eslint.js', '.'])) === 0,
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
