import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addLine, removeLine } from '../../src/ssh/user-config.js';

const line = 'Include /home/ana/.config/writ/ssh/config';
let home: string;
let path: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'writ-user-config-'));
  path = join(home, '.ssh/config');
});
afterEach(() => rmSync(home, { recursive: true }));

const mode = (file: string): number => statSync(file).mode & 0o777;
function put(text: string | Buffer, bits = 0o600): void {
  mkdirSync(join(home, '.ssh'), { recursive: true });
  writeFileSync(path, text);
  chmodSync(path, bits);
}

describe('the one line in the user’s ssh_config', () => {
  it.each([
    ['an ordinary file', Buffer.from('Host a\n  User b\n')],
    ['an empty one', Buffer.alloc(0)],
    ['no line end at its end', Buffer.from('Host a\n  User b')],
    ['line ends of another system', Buffer.from('Host a\r\n  User b\r\n')],
    ['bytes that are no text', Buffer.from([0x23, 0xff, 0xfe, 0x80, 0x0a])],
    ['only line ends', Buffer.from('\n\n')],
  ])('goes in at the top and comes out again: %s', async (_what, before) => {
    put(before, 0o640);
    expect(await addLine(path, line)).toBe(false);
    expect(readFileSync(path)).toEqual(Buffer.concat([Buffer.from(`${line}\n`), before]));
    expect(mode(path)).toBe(0o640);
    expect(await addLine(path, line)).toBe(false);
    await removeLine(path, line, false);
    expect(readFileSync(path)).toEqual(before);
    expect(mode(path)).toBe(0o640);
  });

  it('makes the file and its directory where they are missing, and removes the file again', async () => {
    expect(await addLine(path, line)).toBe(true);
    expect([mode(join(home, '.ssh')), mode(path)]).toEqual([0o700, 0o600]);
    await removeLine(path, line, true);
    expect(existsSync(path)).toBe(false);
    await removeLine(path, line, true);
  });

  it('leaves what the user has written since, around it', async () => {
    await addLine(path, line);
    writeFileSync(path, `# mine\n  ${line}\r\nHost a\n${readFileSync(path, 'utf8')}Host b`);
    await removeLine(path, line, true);
    expect(readFileSync(path, 'utf8')).toBe('# mine\nHost a\nHost b');
  });

  it('comes back to the top from inside a block, where ssh would read it for some hosts only', async () => {
    put(`Host a\n${line}\nHost b\n`);
    await addLine(path, line);
    expect(readFileSync(path, 'utf8')).toBe(`${line}\nHost a\nHost b\n`);
    put(`# mine\n${line}\nHost b\n`);
    await addLine(path, line);
    expect(readFileSync(path, 'utf8')).toBe(`# mine\n${line}\nHost b\n`);
  });

  it('follows a link, and leaves it one', async () => {
    mkdirSync(join(home, '.ssh'));
    writeFileSync(join(home, 'dotfile'), 'Host a\n');
    symlinkSync('../dotfile', path);
    await addLine(path, line);
    expect(lstatSync(path).isSymbolicLink()).toBe(true);
    expect(readFileSync(join(home, 'dotfile'), 'utf8')).toBe(`${line}\nHost a\n`);
    rmSync(join(home, 'dotfile'));
    await expect(addLine(path, line)).rejects.toMatchObject({ code: 'file_refused' });
    await expect(removeLine(path, line, false)).rejects.toMatchObject({ code: 'file_refused' });
  });

  it.each([
    ['a directory', () => mkdirSync(path, { recursive: true }), 'file_unreadable'],
    ['writable for others', () => put('Host a\n', 0o666), 'file_refused'],
    ['writable for the group', () => put('Host a\n', 0o660), 'file_refused'],
  ])('is refused where the file is %s, and nothing changes', async (_what, make, code) => {
    make();
    await expect(addLine(path, line)).rejects.toMatchObject({ code });
    if (!statSync(path).isDirectory()) expect(readFileSync(path, 'utf8')).toBe('Host a\n');
  });

  it('can be written by hand where writ cannot', async () => {
    // /proc takes no file from anybody, root included.
    put('Host a\n');
    rmSync(path);
    symlinkSync('/proc/version', path);
    await expect(addLine(path, line)).rejects.toMatchObject({
      code: expect.stringMatching(/^file_(unwritable|refused)$/) as string,
    });
  });
});
