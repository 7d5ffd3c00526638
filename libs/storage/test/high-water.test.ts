import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hasHighWater, makeHighWater, openHighWater } from '../src/high-water.js';

describe('the high-water file', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'writ-high-water-'));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));
  const file = (): string => join(directory, 'high-water.json');
  const serial = (id: string, value: bigint): { serials: Map<string, bigint> } => ({
    serials: new Map([[id, value]]),
  });

  it('keeps what it was told, exactly, for the next who opens it', async () => {
    expect(await hasHighWater(directory)).toBe(false);
    expect((await openHighWater(directory)).file).toEqual({ path: file(), found: false });
    const first = await openHighWater(directory);
    expect(first.serial('a')).toBeUndefined();
    await first.raise({
      serials: new Map([
        ['a', (1n << 63n) - 1n],
        ['b', 0n],
      ]),
      krlVersions: new Map([['o', 7n]]),
    });
    const second = await openHighWater(directory);
    expect([second.serial('a'), second.serial('b'), second.krlVersion('o')]).toEqual([
      (1n << 63n) - 1n,
      0n,
      7n,
    ]);
    expect(second.marks()).toEqual(first.marks());
    expect(await hasHighWater(directory)).toBe(true);
    expect(await readdir(directory)).toEqual(['high-water.json']);
  });

  it('is made empty for a new installation, and never in place of one that is there', async () => {
    await makeHighWater(directory);
    const made = await openHighWater(directory);
    expect([made.file.found, made.serial('a')]).toEqual([true, undefined]);
    await made.raise({ serials: new Map([['a', 5n]]) });
    await makeHighWater(directory);
    expect((await openHighWater(directory)).serial('a')).toBe(5n);
  });

  it('has a mark on disk when raising it resolves, though many raise at a time', async () => {
    const marks = await openHighWater(directory);
    await Promise.all(
      Array.from({ length: 200 }, async (_, i) => {
        await marks.raise(serial(`authority-${i % 5}`, BigInt(i)));
        const there = (JSON.parse(await readFile(file(), 'utf8')) as { serials: Record<string, string> })
          .serials;
        expect(Number(there[`authority-${i % 5}`])).toBeGreaterThanOrEqual(i);
      }),
    );
  });

  it('never lowers a mark, but takes back exactly what went unused', async () => {
    const marks = await openHighWater(directory);
    await marks.raise(serial('a', 64n));
    await marks.raise(serial('a', 10n));
    expect(marks.serial('a')).toBe(64n);
    await marks.takeBack('a', 63n, 1n);
    expect((await openHighWater(directory)).serial('a')).toBe(64n);
    await marks.takeBack('a', 64n, 17n);
    expect((await openHighWater(directory)).serial('a')).toBe(17n);
  });

  it('is ready when nothing is owed, and tries what is', async () => {
    const marks = await openHighWater(directory);
    await marks.ready();
    expect(await hasHighWater(directory)).toBe(false);
    await rm(directory, { recursive: true });
    await expect(marks.raise(serial('a', 5n))).rejects.toMatchObject({ code: 'state_dir_unusable' });
    await expect(marks.ready()).rejects.toMatchObject({ code: 'state_dir_unusable' });
    await mkdir(directory);
    await marks.ready();
    expect((await openHighWater(directory)).serial('a')).toBe(5n);
  });

  it('remembers that other directories may have used numbers, until it is told otherwise', async () => {
    const first = await openHighWater(directory);
    expect(first.shared()).toBe(false);
    await first.setShared(true);
    const second = await openHighWater(directory);
    expect(second.shared()).toBe(true);
    await second.setShared(false);
    expect((await openHighWater(directory)).shared()).toBe(false);
  });

  it('says so when it cannot be written, and writes what it owes with the next attempt', async () => {
    const marks = await openHighWater(directory);
    await rm(directory, { recursive: true });
    await expect(marks.raise(serial('a', 5n))).rejects.toMatchObject({ code: 'state_dir_unusable' });
    directory = await mkdtemp(join(tmpdir(), 'writ-high-water-'));
    const other = await openHighWater(directory);
    await chmod(directory, 0o700);
    await writeFile(join(directory, 'high-water.json'), '{"version":1,"serials":{"a":"3"},"krlVersions":{}}');
    expect(other.serial('a')).toBeUndefined();
    await other.raise(serial('a', 3n));
    expect((await openHighWater(directory)).serial('a')).toBe(3n);
  });

  it.each([
    '',
    '{',
    'null',
    '[]',
    '{"version":2,"serials":{},"krlVersions":{}}',
    '{"version":1}',
    '{"version":1,"serials":{"a":1},"krlVersions":{}}',
    '{"version":1,"serials":{"a":"-1"},"krlVersions":{}}',
    '{"version":1,"serials":{"a":"1e3"},"krlVersions":{}}',
  ])('refuses what it does not read as marks: %j', async (text) => {
    await writeFile(file(), text);
    await expect(openHighWater(directory)).rejects.toMatchObject({ code: 'high_water_invalid' });
  });
});
