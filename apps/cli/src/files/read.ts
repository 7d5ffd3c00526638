import { open, readlink, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { fail, systemReason } from '../errors.js';

/** Nothing that a person names on the command line is larger, a KRL excepted. */
const limit = 1 << 20;
const chunk = 64 << 10;

/**
 * A file's content. Rejects with 'file_unreadable', also where it has more than `most` bytes: these are counted while they
 * are read, for a device or a pipe has no size.
 */
export async function readBytes(path: string, most = limit): Promise<Uint8Array> {
  try {
    const file = await open(path, 'r');
    try {
      const chunks: Buffer[] = [];
      for (let length = 0; length <= most;) {
        const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(chunk) });
        if (bytesRead === 0) return Buffer.concat(chunks);
        chunks.push(buffer.subarray(0, bytesRead));
        length += bytesRead;
      }
    } finally {
      await file.close();
    }
    return fail('file_unreadable', `${path} is too large to be what it should be.`, { path });
  } catch (error) {
    if (error instanceof Error && error.name === 'CodedError') throw error;
    fail('file_unreadable', `Cannot read ${path}: ${systemReason(error)}.`, { path }, error);
  }
}

/** As `readBytes`, or null where there is no such file. */
export async function readBytesIfAny(path: string, most = limit): Promise<Uint8Array | null> {
  const there = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    return fail('file_unreadable', `Cannot read ${path}: ${systemReason(error)}.`, { path }, error);
  });
  return there === null ? null : readBytes(path, most);
}

/** Whether a path stands for what a process has open (`/dev/stdout`, or a link to it): nothing is put beside it or in its place. */
export async function isOpenFile(path: string): Promise<boolean> {
  let place = resolve(path);
  // As many links as the kernel follows.
  for (let hops = 0; hops < 40; hops += 1) {
    if (/^\/(proc\/|dev\/(std(in|out|err)$|fd\/))/.test(place)) return true;
    const link = await readlink(place).catch(() => null);
    if (link === null) return false;
    place = resolve(dirname(place), link);
  }
  return false;
}

/** As `readBytes`, or null where there is no such file, or something else: what a device or a pipe would give is not what it was given. */
export async function readOutputIfAny(path: string, most = limit): Promise<Uint8Array | null> {
  const there = await stat(path).catch(() => null);
  const isOther = there !== null && !there.isFile() && !there.isDirectory();
  return isOther || (await isOpenFile(path)) ? null : readBytesIfAny(path, most);
}

/** A file's text, or that of standard input where the path is '-'. */
export async function readText(path: string): Promise<string> {
  const bytes = path === '-' ? await readStandardInput() : await readBytes(path);
  return new TextDecoder().decode(bytes);
}

/** Standard input to its end: 'file_unreadable' where it has more than `most` bytes. */
export async function readStandardInput(most = limit): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > most) fail('file_unreadable', 'Standard input is too large to be what it should be.');
  }
  return Buffer.concat(chunks);
}
