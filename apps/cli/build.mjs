// Bundles the command line into one file, dist/writ.js, or into the folder that is named. As CommonJS, so that Node's own modules too are loaded only when
// a command that needs them runs: `writ --help` and `writ cert show` pay for nothing but themselves.
import { build } from 'esbuild';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
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
await build({
  entryPoints: [join(here, 'src/main.ts')],
  outfile: join(outDirectory, 'writ.js'),
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20.19',
  conditions: ['@writ/source'],
  plugins: [onlyEnglish],
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'eof',
  define: { WRIT_VERSION: JSON.stringify(version) },
  logLevel: 'warning',
});
