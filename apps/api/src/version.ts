import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ownFolder } from './own-folder.js';

/** This program's version, as its package says it. */
export const { version } = JSON.parse(readFileSync(join(ownFolder, 'package.json'), 'utf8')) as {
  readonly version: string;
};
