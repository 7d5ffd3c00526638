import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { liveOwner, ownStateDirectory } from '../src/owner.js';
import { isAlive, processMark } from '../src/postgres/process-table.js';

describe('owning a state directory', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'writ-owner-'));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));
  const mark = (number = 1): string => join(directory, `owner.${number}.json`);

  it('is one process at a time, until it lets go', async () => {
    const first = await ownStateDirectory(directory);
    expect(await liveOwner(directory)).toBe(process.pid);
    await expect(ownStateDirectory(directory)).rejects.toMatchObject({
      code: 'state_in_use',
      details: { pid: process.pid },
    });
    await first.release();
    expect(await liveOwner(directory)).toBeUndefined();
    await (await ownStateDirectory(directory)).release();
    expect(await readdir(directory)).toEqual(['owner.2.json']);
  });

  it('is won by one of many', async () => {
    const settled = await Promise.allSettled(Array.from({ length: 20 }, () => ownStateDirectory(directory)));
    expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('is handed on without ever being two', async () => {
    let owners = 0;
    let handed = 0;
    const contender = async (): Promise<void> => {
      while (handed < 60) {
        const ownership = await ownStateDirectory(directory).catch(() => undefined);
        if (ownership === undefined) continue;
        expect(++owners).toBe(1);
        handed += 1;
        await new Promise((resolve) => setImmediate(resolve));
        owners -= 1;
        await ownership.release();
      }
    };
    await Promise.all(Array.from({ length: 6 }, contender));
  });

  it('makes a directory that nobody else reads', async () => {
    const path = join(directory, 'deep', 'state');
    await ownStateDirectory(path);
    expect((await stat(path)).mode & 0o777).toBe(0o700);
    expect((await stat(join(path, 'owner.1.json'))).mode & 0o777).toBe(0o600);
  });

  it.each([
    ['a process that is gone', () => ({ pid: 2 ** 22 + 1, process: 'x' })],
    ['a process whose id is another one now', () => ({ pid: process.pid, process: 'an earlier boot' })],
    ['nobody', () => ({})],
  ])('takes over from %s', async (_, owner) => {
    await writeFile(mark(), JSON.stringify(owner()));
    const settled = await Promise.allSettled(Array.from({ length: 8 }, () => ownStateDirectory(directory)));
    expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(JSON.parse(await readFile(mark(2), 'utf8'))).toEqual({
      pid: process.pid,
      process: processMark(process.pid),
    });
  });

  it('takes over from a mark that is garbage', async () => {
    await writeFile(mark(), '{"pid":');
    await ownStateDirectory(directory);
    expect(await liveOwner(directory)).toBe(process.pid);
  });

  it('is refused while the other process lives and not after it was killed', async () => {
    const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e6)']);
    await once(other, 'spawn');
    const pid = other.pid ?? 0;
    await writeFile(mark(), JSON.stringify({ pid, process: processMark(pid) }));
    await expect(ownStateDirectory(directory)).rejects.toMatchObject({
      code: 'state_in_use',
      details: { pid },
    });
    other.kill('SIGKILL');
    await once(other, 'exit');
    expect(isAlive(pid)).toBe(false);
    await ownStateDirectory(directory);
  });

  it('says what is wrong with the place', async () => {
    await writeFile(join(directory, 'file'), '');
    await expect(ownStateDirectory(join(directory, 'file'))).rejects.toMatchObject({
      code: 'state_dir_unusable',
    });
    await expect(ownStateDirectory(join(directory, 'file', 'below'))).rejects.toMatchObject({
      code: 'state_dir_unusable',
    });
  });
});

describe('a process', () => {
  it('is no process when its number is none', () => {
    for (const pid of [0, -1, 1.5, Number.NaN, 2 ** 22 + 1]) expect(isAlive(pid)).toBe(false);
    expect(processMark(2 ** 22 + 1)).toBeUndefined();
  });

  it('is told from every other by its mark', async () => {
    const others = [1, 2].map(() => spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e6)']));
    await Promise.all(others.map((other) => once(other, 'spawn')));
    expect(processMark(process.pid)).toBe(processMark(process.pid));
    expect(processMark(others[0]?.pid ?? 0)).not.toBe(processMark(process.pid));
    for (const other of others) other.kill('SIGKILL');
    await Promise.all(others.map((other) => once(other, 'exit')));
  });
});
