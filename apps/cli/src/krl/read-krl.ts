import { resolve } from 'node:path';
import { decodeKrl, type Krl } from '@writ/openssh/krl';
import { fail } from '../errors.js';
import { readBytes, readStandardInput } from '../files/read.js';
import type { Input } from '../input.js';
import { certificatePin, serverAddress } from '../network/server.js';
import { transportTo } from '../network/transport.js';

/** As much as OpenSSH loads. */
const largestKrl = 128 << 20;
/** How long a server may take for the whole of one (ms): it may say a little now and then for ever. */
const longestFetch = 120_000;

export interface KrlFile {
  readonly bytes: Uint8Array;
  readonly krl: Krl;
}

/**
 * Reads a KRL from a file, from standard input ('-') or from an address. Rejects with the codes of `decodeKrl`, of reading a file and
 * of asking a server, which has `fetchMs` for its answer.
 */
export async function readKrl(source: string, input: Input, fetchMs = longestFetch): Promise<KrlFile> {
  const bytes = await bytesOf(source, input, fetchMs);
  return { bytes, krl: decodeKrl(bytes) };
}

function bytesOf(source: string, input: Input, fetchMs: number): Promise<Uint8Array> {
  if (source === '-') return readStandardInput(largestKrl);
  return /^https?:\/\//i.test(source) ? fetched(source, input, fetchMs) : readBytes(source, largestKrl);
}

async function fetched(source: string, input: Input, fetchMs: number): Promise<Uint8Array> {
  if (!URL.canParse(source)) fail('usage_invalid', `'${source}' is no address.`);
  const { origin, pathname, search } = new URL(source);
  const [pin, caFile] = [input.option('pin'), input.option('ca-file')];
  const transport = await transportTo({
    url: serverAddress(origin),
    pin: pin === undefined ? null : certificatePin(pin),
    caFile: caFile === undefined ? null : resolve(caFile),
  });
  const signal = AbortSignal.timeout(fetchMs);
  const asked = { method: 'GET', path: pathname + search, headers: {}, body: null, signal };
  const { status, body } = await transport(asked).catch((error: unknown) => {
    if (!signal.aborted) throw error;
    const words = `${source} has not come in full within ${fetchMs / 1000} seconds. Run it again, or fetch it by other means and name the file.`;
    return fail('answer_lost', words, { url: source }, error);
  });
  if (status !== 200)
    fail('answer_unexpected', `${source} answers with ${status} and no KRL.`, { url: source, status });
  return body;
}
