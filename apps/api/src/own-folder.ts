import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of this package, for its sources, for what was compiled of them and for the bundle alike. */
export const ownFolder = folderOfPackage(dirname(fileURLToPath(import.meta.url)));

function folderOfPackage(directory: string): string {
  return existsSync(join(directory, 'package.json')) ? directory : folderOfPackage(dirname(directory));
}
