import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from '../src/config/config.js';
import { openFileLimit, withinOpenFiles } from '../src/service/open-files.js';

const { limits } = readConfig({ WRIT_MAX_CONNECTIONS: '10000' }).config;

describe('connections', () => {
  it('are no more than the process may open files', () => {
    expect(withinOpenFiles(limits, 1024).connections).toBe(896);
    expect(withinOpenFiles(limits, 16).connections).toBe(1);
    for (const most of [10_128, 20_000, null]) expect(withinOpenFiles(limits, most)).toBe(limits);
  });

  it('are counted by what the kernel says, where it says anything', () => {
    const directory = mkdtempSync(join(tmpdir(), 'writ-limits-'));
    try {
      const path = join(directory, 'limits');
      expect(openFileLimit(path)).toBeNull();
      writeFileSync(
        path,
        'Limit  Soft Limit  Hard Limit  Units\nMax open files            4096                 8192    files\n',
      );
      expect(openFileLimit(path)).toBe(4096);
      writeFileSync(path, 'Max open files            unlimited            unlimited\n');
      expect(openFileLimit(path)).toBeNull();
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});
