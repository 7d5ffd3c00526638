import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { withProcessLock } from '../src/files/process-lock.js';

let directory: string;
let path: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'writ-lock-'));
  path = join(directory, 'lock');
});
afterEach(() => rmSync(directory, { recursive: true }));

describe('a lock that ends with its process', () => {
  it('lets one in at a time, and leaves nothing behind', async () => {
    let inside = 0;
    let most = 0;
    await Promise.all(
      Array.from({ length: 8 }, () =>
        withProcessLock(path, 20_000, async () => {
          most = Math.max(most, (inside += 1));
          await new Promise((resolve) => setImmediate(resolve));
          inside -= 1;
        }),
      ),
    );
    expect(most).toBe(1);
    expect(readdirSync(directory)).toEqual([]);
  });

  it('is given back by work that fails', async () => {
    await expect(withProcessLock(path, 0, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(existsSync(path)).toBe(false);
  });

  it('is refused while its process lives, and free once that is gone, killed or not', async () => {
    const child = spawn('sleep', ['60'], { stdio: 'ignore' });
    writeFileSync(path, String(child.pid));
    await expect(withProcessLock(path, 50, () => Promise.resolve())).rejects.toMatchObject({
      code: 'session_locked',
    });
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
    expect(await withProcessLock(path, 50, () => Promise.resolve(1))).toBe(1);
  });

  it('is free where nobody can have it any more', async () => {
    writeFileSync(path, String(process.pid));
    const longAgo = Date.now() / 1000 - 3600;
    utimesSync(path, longAgo, longAgo);
    expect(await withProcessLock(path, 50, () => Promise.resolve(1))).toBe(1);
    writeFileSync(path, 'no number');
    expect(await withProcessLock(path, 50, () => Promise.resolve(1))).toBe(1);
  });

  it('cannot be had in a directory that is not there', async () => {
    await expect(
      withProcessLock(join(directory, 'none/lock'), 0, () => Promise.resolve()),
    ).rejects.toMatchObject({
      code: 'file_unwritable',
    });
  });
});
