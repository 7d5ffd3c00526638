import { readBackup } from './backup-reader.js';
import type { InstallationSealRow } from './repositories/index.js';

/**
 * What a backup says of its key-encryption key: enough to tell whether a secret opens what is sealed in it. The whole
 * file is checked. Ends in the codes of `readBackup`.
 */
export async function backupInstallation(path: string): Promise<InstallationSealRow> {
  let found: InstallationSealRow = { kdf: null, check: new Uint8Array() };
  await readBackup(path, {
    rows(table, [row]) {
      if (table === 'installation' && row !== undefined) found = sealOf(row);
      return Promise.resolve();
    },
  });
  return found;
}

/** PostgreSQL writes bytes in JSON as '\\x0a1b…'. */
function sealOf(row: string): InstallationSealRow {
  const { kdf, check } = JSON.parse(row) as { readonly kdf: unknown; readonly check: string };
  return { kdf, check: Buffer.from(check.replace(/^\\x/, ''), 'hex') };
}
