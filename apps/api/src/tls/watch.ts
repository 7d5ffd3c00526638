import { stat } from 'node:fs/promises';
import type { TlsPair } from '../http/adapter.js';
import { readTlsPair, type TlsFiles } from './tls-files.js';

/**
 * Looks at the files every so often (ms) and calls back with the new pair when they have changed and fit each other; a
 * pair that does not is reported once and tried again, for certificate and key are seldom replaced in one step.
 * Polling sees what notifications miss: renamed directories, links that swing.
 * @returns stops watching
 */
export function watchTls(
  files: TlsFiles,
  on: { readonly changed: (pair: TlsPair) => void; readonly refused: (error: unknown) => void },
  every = 2_000,
): () => void {
  let seen = markOf(files);
  let complained: string | undefined;
  const look = async (): Promise<void> => {
    const mark = await markOf(files);
    if (mark === (await seen)) return;
    try {
      on.changed(await readTlsPair(files));
      seen = Promise.resolve(mark);
    } catch (error) {
      if (complained !== mark) on.refused(error);
      complained = mark;
    }
  };
  let looking = Promise.resolve();
  const timer = setInterval(() => {
    looking = looking.then(look);
  }, every);
  timer.unref();
  return () => clearInterval(timer);
}

async function markOf({ certificate, key }: TlsFiles): Promise<string> {
  const marks = [certificate, key].map(async (path) => {
    const { mtimeMs, ino, size } = await stat(path).catch(() => ({ mtimeMs: 0, ino: 0, size: 0 }));
    return `${ino}:${mtimeMs}:${size}`;
  });
  return (await Promise.all(marks)).join(' ');
}
