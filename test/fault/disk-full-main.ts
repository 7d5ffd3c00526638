// A program for small-filesystem.ts: argument 1 is a directory with little room; prints one JSON line.
import { diskFull } from './disk-full.js';

process.stdout.write(`${JSON.stringify(await diskFull(process.argv[2]))}\n`);
