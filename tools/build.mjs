// Sets up, compiles every project (tsc -b) and bundles the CLI.
import { join } from 'node:path';
import { root, run, stop } from './run.mjs';
import { setup } from './setup.mjs';

export async function build() {
  await setup();
  for (const args of [['node_modules/typescript/bin/tsc', '-b'], ['apps/cli/build.mjs']]) {
    const status = await run(process.execPath, args);
    if (status !== 0) stop(`The build failed: node ${args.join(' ')}`);
  }
}

if (process.argv[1] === join(root, 'tools/build.mjs')) await build();
