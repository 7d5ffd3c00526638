// Bundles the command line into one file, dist/writ.js, or into the folder that is named. As CommonJS, so that Node's own modules too are loaded only when
// a command that needs them runs: `writ --help` and `writ cert show` pay for nothing but themselves.
import { build } from 'esbuild';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const { version } = JSON.parse(readFileSync(join(here, 'package.json'), 'utf8'));

/** zod carries its messages in forty languages, a third of the bundle; English, its default, is imported by itself. */
const onlyEnglish = {
  name: 'only-english',
  setup: ({ onLoad }) =>
    onLoad({ filter: /zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, () => ({ contents: 'export {};' })),
};

const [outDirectory = join(here, 'dist')] = process.argv.slice(2);
mkdirSync(outDirectory, { recursive: true });
writeFileSync(join(outDirectory, 'package.json'), '{ "type": "commonjs" }\n');
/** commander can start programs as its subcommands; ours are none, and what it would start them with takes its time. */
const noSubprograms = {
  name: 'no-subprograms',
  setup: ({ onResolve, onLoad }) => {
    onResolve({ filter: /^node:child_process$/ }, ({ importer }) =>
      /[\\/]commander[\\/]/.test(importer) ? { path: 'nothing', namespace: 'nothing' } : undefined,
    );
    onLoad({ filter: /.*/, namespace: 'nothing' }, () => ({ contents: 'module.exports = {};' }));
  },
};

const bundle = join(outDirectory, 'writ.js');
// A cache that stands is one of the bundle beside it.
rmSync(`${bundle}.cache`, { force: true });
await build({
  entryPoints: [join(here, 'src/main.ts')],
  outfile: bundle,
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20.19',
  conditions: ['@writ/source'],
  plugins: [onlyEnglish, noSubprograms],
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'eof',
  define: { WRIT_VERSION: JSON.stringify(version) },
  // ASCII, so that bin/writ.js can read it byte by byte.
  charset: 'ascii',
  logLevel: 'warning',
});

// The command that people wait for most often, on a certificate that ssh-keygen made.
const [{ certificate }] = JSON.parse(
  readFileSync(join(here, '../../test/vectors/certificates/made-by-ssh-keygen.json'), 'utf8'),
);
execFileSync(process.execPath, [join(here, 'code-cache.cjs'), bundle, 'cert', 'show', '-'], {
  input: certificate,
  stdio: ['pipe', 'ignore', 'inherit'],
});
