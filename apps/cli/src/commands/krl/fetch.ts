import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { call, ProblemError } from '@writ/contract';
import { decodeKrl, type Krl } from '@writ/openssh/krl';
import { fail } from '../../errors.js';
import { writeOutput } from '../../files/atomic-file.js';
import { isOpenFile, readOutputIfAny } from '../../files/read.js';
import { signatureEnding } from '../../krl/read-krl.js';
import type { Run } from '../../run.js';
import { publicAccess } from '../../session/public.js';
import { instant } from '../../view/fields.js';

const largestKrl = 64 << 20;

export const run: Run = async (surroundings, input) => {
  const { terminal } = surroundings;
  const output = input.option('output');
  if (output === undefined && (terminal.outputIsTerminal || input.json))
    fail('usage_invalid', 'A KRL is binary: name a file with -o.');
  const { transport, params } = await publicAccess(surroundings, input);
  const bytes = await terminal.working('Fetching the KRL', () => call(transport, 'krl', { params }));
  const krl = decodeKrl(bytes);
  const { version } = krl;
  const generatedAt = madeAt(krl);
  const file = resolve(output ?? '');
  let signature: string | null = null;
  if (output === undefined) terminal.bytes(bytes);
  else {
    // Of that version: the current one may be the next one by now.
    const of = { params: { ...params, version: version.toString() } };
    const signed = (await isOpenFile(file))
      ? null
      : await call(transport, 'keptKrlSignature', of).catch(unlessUnsigned);
    if (signed !== null) await refuseOther(`${file}${signatureEnding}`);
    await replace(file, bytes, krl);
    if (signed !== null && (await stat(file)).isFile())
      await writeOutput((signature = `${file}${signatureEnding}`), signed, 0o644);
  }
  if (input.json) terminal.json({ krlVersion: version, generatedAt, bytes: bytes.length, file, signature });
  else {
    const says =
      generatedAt === null
        ? 'Nothing is revoked yet: an empty KRL'
        : `KRL version ${krl.version}, made ${instant(generatedAt)}`;
    terminal.say(`${says}, ${bytes.length} bytes, checked.`);
  }
};

/** Nothing signs KRLs before an organization's first join token. */
function unlessUnsigned(error: unknown): null {
  if (error instanceof ProblemError && error.problem.code === 'not_found') return null;
  throw error;
}

/** What lies beside the KRL gives way where it is a signature. */
async function refuseOther(path: string): Promise<void> {
  const before = await readOutputIfAny(path);
  if (
    before !== null &&
    before.length > 0 &&
    !new TextDecoder().decode(before).startsWith('-----BEGIN SSH SIGNATURE')
  )
    fail('file_refused', `${path}, where the signature goes, holds something else; remove it first.`, {
      path,
    });
}

/** Null for version 0, which stands for having revoked nothing: it is always the same, made at no time. */
function madeAt({ version, generatedAt }: Krl): string | null {
  return version === 0n ? null : new Date(Number(generatedAt) * 1000).toISOString();
}

/**
 * sshd refuses every key when RevokedKeys cannot be read, and accepts every one when it is empty: the file is replaced
 * in one step, by nothing older, and never where it holds something else (RevokedKeys may also be a list of keys).
 */
async function replace(path: string, bytes: Uint8Array, krl: Krl): Promise<void> {
  const before = await readOutputIfAny(path, largestKrl);
  if (before !== null && before.length > 0) {
    const old = readOld(path, before);
    if (old.version > krl.version)
      fail(
        'krl_older',
        `The server has KRL version ${krl.version}, but ${path} is version ${old.version} already.`,
        {
          ...{ path, has: old.version.toString(), offered: krl.version.toString() },
        },
      );
  }
  await writeOutput(path, bytes, 0o644);
}

function readOld(path: string, bytes: Uint8Array): Krl {
  try {
    return decodeKrl(bytes);
  } catch (error) {
    return fail(
      'file_refused',
      `${path} holds something that is not a KRL; remove it first.`,
      { path },
      error,
    );
  }
}
