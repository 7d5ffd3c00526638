// Before the first suite: a directory in which suites leave what others copy instead of making it anew.
import { chmodSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export default function setup() {
  const directory = mkdtempSync(join(tmpdir(), 'writ-made-'));
  // As root PostgreSQL runs under another account, which must get through.
  chmodSync(directory, 0o711);
  process.env['WRIT_TEST_MADE'] = directory;
}
