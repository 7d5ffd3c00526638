// Bundles the command line into one file, dist/writ.js. What a command imports is wrapped and evaluated only when that
// command runs, so that `writ --help` and `writ cert show` pay for nothing but themselves.
import { build } from 'esbuild';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const { version } = JSON.parse(readFileSync(join(here, 'package.json'), 'utf8'));
const flag = process.argv.indexOf('--outfile');
const outfile = flag === -1 ? join(here, 'dist/writ.js') : process.argv[flag + 1];

await build({
  entryPoints: [join(here, 'src/main.ts')],
  outfile,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20.19',
  conditions: ['@writ/source'],
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'eof',
  define: { WRIT_VERSION: JSON.stringify(version) },
  // Packages in CommonJS ask for Node's own modules with require().
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module';\nconst require = __createRequire(import.meta.url);",
  },
  logLevel: 'warning',
});
