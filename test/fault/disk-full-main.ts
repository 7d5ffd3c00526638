// A program for small-filesystem.ts: arguments are what is to lack room, and a directory with little of it; prints one
// JSON line.
import { diskFull, type Lacking } from './disk-full.js';

const [lacking, directory = ''] = process.argv.slice(2);
process.stdout.write(`${JSON.stringify(await diskFull({ directory, lacking: lacking as Lacking }))}\n`);
