import { readSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { fail, systemReason } from '../errors.js';
import { readText } from '../files/read.js';
import type { Input } from '../input.js';
import type { Surroundings } from '../run.js';
import { askSecret } from './ask.js';

/** How one secret may come in; never as an argument, which every user of the machine can read. */
export interface SecretSource {
  /** What it is, for a person: 'password'. */
  readonly what: string;
  /** Options are `--<option>-file` and, where the command has it, `--<option>-fd`. */
  readonly option: string;
  readonly variable: string;
  readonly question: string;
  /** A new secret is asked for twice; throws before the second time if it will not do. */
  readonly twice?: (given: string) => void;
}

const longest = 4096;

/**
 * The secret from its file, file descriptor, variable or a question, in this order. One line end behind it is not part
 * of it. Rejects with 'secret_missing' where there is no terminal to ask on, 'file_unreadable', 'cancelled'.
 */
export async function secret(
  { environment, terminal }: Surroundings,
  input: Input,
  source: SecretSource,
): Promise<string> {
  const file = input.option(`${source.option}-file`);
  const descriptor = input.option(`${source.option}-fd`);
  const variable = environment[source.variable];
  if (file !== undefined) return firstLine(await readText(file), source);
  if (descriptor !== undefined) return firstLine(await readDescriptor(descriptor), source);
  if (variable !== undefined && variable !== '') return variable;
  if (!terminal.canAsk)
    fail(
      'secret_missing',
      `No ${source.what}: there is no terminal to ask on. Use --${source.option}-file or ${source.variable}.`,
    );
  const given = await askSecret(source.question);
  source.twice?.(given);
  if (source.twice !== undefined && (await askSecret('The same again, to be sure')) !== given)
    fail('usage_invalid', 'The two are not the same; nothing was done.');
  return given;
}

function firstLine(text: string, { what }: SecretSource): string {
  const line = text.replace(/\r?\n$/, '');
  if (line === '' || line.includes('\n'))
    fail('file_refused', `The ${what} should be one line and nothing else.`);
  return line;
}

async function readDescriptor(text: string): Promise<string> {
  if (!/^\d{1,5}$/.test(text)) fail('usage_invalid', 'A file descriptor is a number.');
  const chunk = Buffer.alloc(longest);
  let content = '';
  while (content.length < longest) {
    try {
      const count = readSync(Number(text), chunk, 0, longest, null);
      if (count === 0) break;
      content += chunk.toString('utf8', 0, count);
    } catch (error) {
      // A pipe that does not block, and nobody has written yet.
      if (!(error instanceof Error && 'code' in error && error.code === 'EAGAIN'))
        fail('file_unreadable', `Cannot read file descriptor ${text}: ${systemReason(error)}.`, {}, error);
      await pause(20);
    }
  }
  return content;
}
