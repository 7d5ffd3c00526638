// `npm run fuzz -- <target>|all --seconds n [--seed s]`: bundles the fuzzer from source, then runs it.
import { join } from 'node:path';
import { root, run } from './run.mjs';
import { setup } from './setup.mjs';

await setup();
// Not before: a fresh clone has no packages yet.
const { build } = await import('esbuild');
const outdir = join(root, 'test/out/fuzz-bundle');
await build({
  entryPoints: ['main', 'worker'].map((name) => join(root, `test/fuzz/${name}.ts`)),
  outdir,
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  outExtension: { '.js': '.mjs' },
  conditions: ['@writ/source'],
  external: ['sshpk'],
  sourcemap: 'inline',
  logLevel: 'warning',
});
const arguments_ = ['--enable-source-maps', join(outdir, 'main.mjs'), ...process.argv.slice(2)];
process.exit(await run(process.execPath, arguments_));
