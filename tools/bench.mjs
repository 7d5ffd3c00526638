// `npm run bench -- sign|issue|cli|check|decide|bundle|tenancy|krl|revoke`: builds, then runs one bench in a process of its own.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { build, compileTests } from './build.mjs';
import { root, run, stop } from './run.mjs';

const [name, ...rest] = process.argv.slice(2);
const known = ['sign', 'issue', 'cli', 'check', 'decide', 'bundle', 'tenancy', 'krl', 'revoke'];
if (name === undefined || !known.includes(name)) stop(`usage: npm run bench -- ${known.join('|')}`, 2);
await build();
await compileTests();
const file = join(root, `test/out/bench/${name}.js`);
if (!existsSync(file)) stop(`The build made no ${file}.`);
process.exit(await run(process.execPath, [file, ...rest]));
