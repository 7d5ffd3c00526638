import { readdir, stat } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { readBytesIfAny } from '../files/read.js';

/** Says of a name, in small letters, whether it is one of those that are meant. */
export type Names = (name: string) => boolean;

/** An ssh_config to begin with, and what relative paths in its `Include` lines are relative to. */
export interface ConfigRoot {
  readonly file: string;
  readonly base: string;
}

/** Larger than any such file that somebody keeps (bytes). */
const largest = 16 << 20;

/**
 * The names that files of ssh_config and what they include say something of: those that a `Host` line, or the `host` and
 * `originalhost` lists of a `Match` line, fit. A pattern that fits every name says nothing of any. What stands in an included file counts
 * whatever block the `Include` is in. Files that cannot be read are passed over, and so are ours.
 *
 * @param home what `~` means
 * @param isOurs of the text of a file: whether `writ` wrote it
 * Source: ssh_config(5).
 */
export async function configNames(
  roots: readonly ConfigRoot[],
  home: string,
  isOurs: (text: string) => boolean,
): Promise<Names> {
  const tests: Names[] = [];
  const seen = new Set<string>();
  // Each file once, so that a circle ends; ssh itself refuses one.
  const read = async ({ file, base }: ConfigRoot): Promise<void> => {
    if (seen.has(file)) return;
    seen.add(file);
    const text = await textIfAny(file);
    if (isOurs(text)) return;
    for (const line of text.split('\n')) {
      const [, keyword = '', rest = ''] = /^\s*"?([a-z]+)"?(?:\s*=\s*|\s+|(?="))(.*)$/is.exec(line) ?? [];
      const kind = keyword.toLowerCase();
      if (kind === 'host') tests.push(fits(words(rest)));
      if (kind === 'match') tests.push(matches(rest));
      if (kind !== 'include') continue;
      for (const word of words(rest))
        for (const path of await filesLike(absolute(word, home, base))) await read({ file: path, base });
    }
  };
  for (const root of roots) await read(root);
  return (name) => tests.some((test) => test(name));
}

/** What a file holds, each byte a character; nothing where it is no ordinary file that can be read. */
export async function textIfAny(file: string): Promise<string> {
  try {
    // Whoever opens a pipe waits for its other end.
    if (!(await stat(file)).isFile()) return '';
    const bytes = await readBytesIfAny(file, largest);
    return bytes === null ? '' : Buffer.from(bytes).toString('latin1');
  } catch {
    return '';
  }
}

/** True of a name that one of the patterns fits by more than fitting every name, and none of those behind a `!`. */
export function fits(patterns: readonly string[]): Names {
  return matched(patterns.filter((pattern) => !/^[*?]*\*[*?]*$/.test(pattern)));
}

/** As ssh has it: one of the patterns fits, and none of those behind a `!`. */
function matched(patterns: readonly string[]): Names {
  const positive = patterns.filter((pattern) => !pattern.startsWith('!')).map((each) => each.toLowerCase());
  const plain = new Set(positive);
  const wanted = positive.filter((pattern) => /[*?]/.test(pattern)).map(expression);
  const not = patterns.filter((pattern) => pattern.startsWith('!')).map((each) => expression(each.slice(1)));
  return (name) =>
    (plain.has(name) || wanted.some((each) => each.test(name))) && !not.some((each) => each.test(name));
}

/** `*` and `?` are all that ssh knows in a pattern. */
function expression(pattern: string): RegExp {
  const text = pattern
    .replace(/[\\^$.|+()[\]{}/-]/g, '\\$&')
    .replace(/\*+/g, '.*')
    .replace(/\?/g, '.');
  return new RegExp(`^${text}$`, 'is');
}

/** All the lists of names in a `Match` line have to fit, one of them by more than fitting every name. */
function matches(rest: string): Names {
  const tokens = [...rest.matchAll(/"([^"]*)"|[^\s"=]+/g)].map(([all, quoted]) => quoted ?? all);
  const lists: { readonly fitting: Names; readonly named: Names }[] = [];
  for (let at = 0; at < tokens.length; at += 1) {
    const attribute = (tokens[at] ?? '').toLowerCase();
    if (attribute.startsWith('#')) break;
    if (/^!?(all|canonical|final)$/.test(attribute)) continue;
    at += 1;
    if (!/^!?(original)?host$/.test(attribute)) continue;
    const patterns = (tokens[at] ?? '').split(',');
    const fitting = matched(patterns);
    if (attribute.startsWith('!')) lists.push({ fitting: (name) => !fitting(name), named: () => false });
    else lists.push({ fitting, named: fits(patterns) });
  }
  return (name) => lists.some(({ named }) => named(name)) && lists.every(({ fitting }) => fitting(name));
}

/** The words of a line as ssh takes it apart: quotes of both kinds, a backslash before a quote, a comment at the end. */
function words(text: string): string[] {
  const found: string[] = [];
  const word = /\s*((?:"(?:\\.|[^"\\])*"?|'(?:\\.|[^'\\])*'?|\\.|[^\s"'\\])+)/gy;
  for (const [, each = ''] of text.matchAll(word)) {
    if (each.startsWith('#')) break;
    found.push(each.replace(/\\(["'\\ ])|["']/g, '$1'));
  }
  return found;
}

function absolute(path: string, home: string, base: string): string {
  const { username } = userInfo();
  const full = path
    .replace(/\$\{(\w+)\}/g, (_, name: string) => process.env[name] ?? '')
    .replace(/^~(?=\/|$)/, home)
    .replace(new RegExp(`^~${username.replace(/\W/g, '\\$&')}(?=/|$)`), home)
    .replace(/%d/g, home);
  return full.startsWith('/') ? full : join(base, full);
}

/** The files that a path with `*`, `?` and `[…]` means, by name. */
async function filesLike(path: string): Promise<string[]> {
  if (!/[*?[]/.test(path)) return [path];
  const parent = dirname(path);
  const last = path.slice(parent.length).replace(/^\/+/, '');
  const directories = await filesLike(parent);
  if (!/[*?[]/.test(last)) return directories.map((directory) => join(directory, last));
  const wanted = globExpression(last);
  const found = await Promise.all(
    directories.map(async (directory) => {
      const names = await readdir(directory).catch(() => []);
      const fitting = names.filter(
        (name) => wanted.test(name) && (!name.startsWith('.') || last.startsWith('.')),
      );
      return fitting.sort().map((name) => join(directory, name));
    }),
  );
  return found.flat();
}

function globExpression(pattern: string): RegExp {
  const text = pattern.replace(/\[!?\]?[^\]]*\]|[\s\S]/g, (part) => {
    if (part === '*') return '.*';
    if (part === '?') return '.';
    if (part.length === 1) return part.replace(/[\\^$.|+()[\]{}/-]/, '\\$&');
    return `[${part
      .slice(1, -1)
      .replace(/^!/, '^')
      .replace(/[\\[\]]/g, '\\$&')}]`;
  });
  try {
    return new RegExp(`^${text}$`, 's');
  } catch {
    // Such as [z-a]: it means no file.
    return /(?!)/;
  }
}
