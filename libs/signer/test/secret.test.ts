import { chmod, mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSecretFile, newSecret, readSecret } from '../src/index.js';

const secret = 'correct horse battery staple';
let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'writ-secret-'));
});
afterAll(() => rm(directory, { recursive: true }));

async function fileWith(name: string, text: string, mode = 0o600): Promise<string> {
  const path = join(directory, name);
  await writeFile(path, text);
  await chmod(path, mode);
  return path;
}

describe('the key-encryption secret', () => {
  it.each([
    ['with a newline at its end', `${secret}\n`],
    ['with a carriage return, too', `${secret}\r\n`],
    ['with no newline', secret],
  ])('is read from a file %s', async (_what, text) => {
    const path = await fileWith('good', text);
    expect(await readSecret({ from: 'file', path })).toBe(secret);
  });

  it('is read through a link to a private file', async () => {
    const path = join(directory, 'link');
    await symlink(await fileWith('target', secret), path);
    expect(await readSecret({ from: 'file', path })).toBe(secret);
  });

  it('is read from the environment and from a prompt', async () => {
    expect(await readSecret({ from: 'environment', value: secret })).toBe(secret);
    expect(await readSecret({ from: 'prompt', ask: () => Promise.resolve(secret) })).toBe(secret);
  });

  it.each([0o640, 0o604, 0o620, 0o602, 0o610, 0o601, 0o644, 0o777])(
    'is not taken from a file of mode %o, which others can get at',
    async (mode) => {
      const path = await fileWith(`mode-${mode}`, secret, mode);
      const reading = readSecret({ from: 'file', path });
      await expect(reading).rejects.toMatchObject({ code: 'secret_file_permissions' });
      await expect(reading).rejects.toThrow(/chmod 600/);
    },
  );

  it('is not taken from a file that is missing, a directory, a device, or too long', async () => {
    await mkdir(join(directory, 'directory'), { mode: 0o700 });
    const paths = [
      join(directory, 'missing'),
      join(directory, 'directory'),
      '/dev/null',
      await fileWith('long', 'x'.repeat(5000)),
    ];
    for (const path of paths) {
      await expect(readSecret({ from: 'file', path })).rejects.toMatchObject({
        code: 'secret_file_unreadable',
      });
    }
  });

  it.each([
    ['empty', ''],
    ['a newline only', '\n'],
    ['fifteen bytes', 'x'.repeat(15)],
  ])('is too short when it is %s', async (_what, value) => {
    await expect(readSecret({ from: 'environment', value })).rejects.toMatchObject({
      code: 'key_encryption_secret_too_short',
    });
  });

  it('has an upper bound', async () => {
    const reading = readSecret({ from: 'environment', value: 'x'.repeat(1025) });
    await expect(reading).rejects.toMatchObject({ code: 'key_encryption_secret_too_long' });
  });
});

describe('a new secret', () => {
  it('is random, long enough, and is written for its owner alone', async () => {
    const path = join(directory, 'new');
    const made = newSecret();
    expect(made).not.toBe(newSecret());
    expect(Buffer.from(made, 'base64url')).toHaveLength(32);
    await createSecretFile(path, made);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readSecret({ from: 'file', path })).toBe(made);
  });

  it('overwrites nothing', async () => {
    const path = await fileWith('there', secret);
    await expect(createSecretFile(path, newSecret())).rejects.toMatchObject({ code: 'secret_file_exists' });
    expect(await readFile(path, 'utf8')).toBe(secret);
  });

  it('says when it cannot be written', async () => {
    const writing = createSecretFile(join(directory, 'nowhere', 'secret'), newSecret());
    await expect(writing).rejects.toMatchObject({ code: 'secret_file_unreadable' });
  });
});
