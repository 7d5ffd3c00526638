import { resolve } from 'node:path';
import { seconds } from '@writ/kernel';
import { parsePublicKeyLine, type PublicKey } from '@writ/openssh/key';
import { decodeKrl, encodeKrl, nextKrl, type KrlContents } from '@writ/openssh/krl';
import { fail } from '../../errors.js';
import { writeOutput } from '../../files/atomic-file.js';
import { readBytes, readText } from '../../files/read.js';
import type { Input } from '../../input.js';
import { readKrl } from '../../krl/read-krl.js';
import { Specification } from '../../krl/specification.js';
import type { Run } from '../../run.js';

/** A million serials are 20 MB of text. */
const largestSpecification = 256 << 20;

/** Needs no network, and no session: for whoever keeps KRLs by hand, as `ssh-keygen -k` does. */
export const run: Run = async ({ terminal, clock }, input) => {
  const output = input.option('output');
  if (output === undefined && (terminal.outputIsTerminal || input.json))
    fail('usage_invalid', 'A KRL is binary: name a file with -o.');
  const authority = await authorityOf(input);
  const specification = new Specification();
  for (const path of input.argumentList('specification'))
    specification.add(path, new TextDecoder().decode(await readBytes(path, largestSpecification)), authority);
  const contents = await contentsOf(specification, input, seconds(clock));
  const bytes = encodeKrl(contents);
  // What cannot be read again is never handed out.
  const krl = decodeKrl(bytes);
  if (output === undefined) return terminal.bytes(bytes);
  await writeOutput(resolve(output), bytes, 0o644);
  if (input.json) terminal.json({ krlVersion: krl.version, bytes: bytes.length, file: resolve(output) });
  else terminal.say(`KRL version ${krl.version}, ${bytes.length} bytes, in ${output}.`);
};

async function contentsOf({ difference }: Specification, input: Input, now: bigint): Promise<KrlContents> {
  const said = input.option('version');
  if (said !== undefined && !/^(0|[1-9][0-9]{0,18})$/.test(said))
    fail('usage_invalid', `'${said}' is no version of a KRL; write a number.`);
  const comment = input.option('comment');
  const words = comment === undefined ? {} : { comment };
  const update = input.option('update');
  if (update === undefined)
    return { version: BigInt(said ?? '1'), generatedAt: now, ...words, ...difference };
  const { krl } = await readKrl(update, input);
  const version = said === undefined ? krl.version + 1n : BigInt(said);
  if (version <= krl.version)
    fail(
      'krl_older',
      `${update} is version ${krl.version}: what follows it needs a higher one than ${version}.`,
      {
        ...{ path: update, has: krl.version.toString(), offered: version.toString() },
      },
    );
  return nextKrl(krl, { version, generatedAt: now, ...words, added: difference });
}

/** Whose serials and key ids are meant, before a specification says it: undefined where nobody said. */
async function authorityOf(input: Input): Promise<PublicKey | null | undefined> {
  const said = input.option('ca');
  if (said === undefined) return undefined;
  return said === 'any' ? null : parsePublicKeyLine(await readText(said)).key;
}
