// Sets up, compiles the applications with their libraries, and bundles both programs.
import { join } from 'node:path';
import { root, run, stop } from './run.mjs';
import { setup } from './setup.mjs';

const tsc = ['node_modules/typescript/bin/tsc', '-b'];

async function mustRun(args) {
  const status = await run(process.execPath, args);
  if (status !== 0) stop(`The build failed: node ${args.join(' ')}`);
}

export async function build() {
  await setup();
  await mustRun([
    ...tsc,
    'apps/api/tsconfig.lib.json',
    'apps/cli/tsconfig.lib.json',
    'libs/testkit/tsconfig.lib.json',
  ]);
  await mustRun(['apps/api/build.mjs']);
  await mustRun(['apps/cli/build.mjs']);
}

/** Compiles everything else too: tests, benches, faults. Resolves to false when the compiler found something. */
export async function compileTests() {
  return (await run(process.execPath, tsc)) === 0;
}

if (process.argv[1] === join(root, 'tools/build.mjs')) await build();
