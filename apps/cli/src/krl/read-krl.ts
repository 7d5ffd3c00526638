import { resolve } from 'node:path';
import { decodeKrl, type Krl } from '@writ/openssh/krl';
import { fail } from '../errors.js';
import { readBytes, readBytesIfAny, readStandardInput } from '../files/read.js';
import type { Input } from '../input.js';
import { certificatePin, serverAddress } from '../network/server.js';
import { transportTo } from '../network/transport.js';

/** What the name of a KRL's file ends in where it is that of its signature. */
export const signatureEnding = '.sig';

/** As much as OpenSSH loads. */
const largestKrl = 128 << 20;
/** How long a server may take for the whole of one (ms): it may say a little now and then for ever. */
const longestFetch = 120_000;

export interface KrlFile {
  readonly bytes: Uint8Array;
  readonly krl: Krl;
  /** Reads the signature that stands beside it, at an address of the same version; null where nothing does. */
  readonly signature: (() => Promise<string>) | null;
}

interface Found {
  readonly bytes: Uint8Array;
  readonly signature: KrlFile['signature'];
}

/**
 * Reads a KRL from a file, from standard input ('-') or from an address. Rejects with the codes of `decodeKrl`, of reading a file and
 * of asking a server, which has `fetchMs` for its answer.
 */
export async function readKrl(source: string, input: Input, fetchMs = longestFetch): Promise<KrlFile> {
  const found = await find(source, input, fetchMs);
  return { ...found, krl: decodeKrl(found.bytes) };
}

async function find(source: string, input: Input, fetchMs: number): Promise<Found> {
  if (/^https?:\/\//i.test(source)) return fetched(source, input, fetchMs);
  if (source === '-') return { bytes: await readStandardInput(largestKrl), signature: null };
  return {
    bytes: await readBytes(source, largestKrl),
    signature: async () => {
      const path = `${source}${signatureEnding}`;
      const there = await readBytesIfAny(path);
      if (there === null)
        fail('usage_invalid', `Say with --signature where its signature is: there is no ${path}.`);
      return new TextDecoder().decode(there);
    },
  };
}

async function fetched(source: string, input: Input, fetchMs: number): Promise<Found> {
  if (!URL.canParse(source)) fail('usage_invalid', `'${source}' is no address.`);
  const { origin, pathname, search } = new URL(source);
  const [pin, caFile] = [input.option('pin'), input.option('ca-file')];
  const transport = await transportTo({
    url: serverAddress(origin),
    pin: pin === undefined ? null : certificatePin(pin),
    caFile: caFile === undefined ? null : resolve(caFile),
  });
  const get = async (path: string, what: string) => {
    const url = `${origin}${path}`;
    const signal = AbortSignal.timeout(fetchMs);
    const request = { method: 'GET', path, headers: {}, body: null, signal };
    const answer = await transport(request).catch((error: unknown) => {
      if (!signal.aborted) throw error;
      const words = `${url} has not come in full within ${fetchMs / 1000} seconds. Run it again, or fetch it by other means and name the file.`;
      return fail('answer_lost', words, { url }, error);
    });
    const { status } = answer;
    if (status !== 200)
      fail('answer_unexpected', `${url} answers with ${status} and no ${what}.`, { url, status });
    return answer;
  };
  const { headers, body } = await get(pathname + search, 'KRL');
  // Where this version stays: that of the current one may be of the next one by now.
  const [said = pathname, asked] = [headers['content-location'], `${origin}${pathname}`];
  const stays = URL.canParse(said, asked) ? new URL(said, asked).pathname : pathname;
  return {
    bytes: body,
    signature: async () => new TextDecoder().decode((await get(`${stays}.sig`, 'signature')).body),
  };
}
