// `npm run fault -- [--rounds n] [--seed s]`: builds, then kills parts of a running service under load.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { build, compileTests } from './build.mjs';
import { root, run, stop } from './run.mjs';

await build();
await compileTests();
const file = join(root, 'test/out/fault/main.js');
if (!existsSync(file)) stop(`The build made no ${file}.`);
process.exit(await run(process.execPath, [file, ...process.argv.slice(2)]));
