import type { Brand } from '@writ/kernel';
import { refuse } from '../refuse.js';

/**
 * The one writer of lines that sshd, ssh and ssh-keygen read. A line is made of Words only, and a Word only comes
 * from the functions here, each of which refuses what its place in the line cannot hold
 * ('config_text_not_quotable'). They refuse rather than escape wherever OpenSSH 8.2 and later releases read an
 * escape differently.
 */
export type Word = Brand<string, 'Word'>;

/** A whole line, without its end. */
export type Line = Brand<string, 'Line'>;

/** Control, format and unassigned characters, lone surrogates, and every separator but the plain space. */
const unprintable = /[\p{C}\p{Zl}\p{Zp}]|(?! )\p{Zs}/u;
const pathCharacters = /^\/[A-Za-z0-9/._@+=:,~% -]+$/;

/** A word that needs no quotes: no blank, quote, `#`, and nothing unprintable. */
export function bareWord(text: string): Word {
  if (text === '' || unprintable.test(text) || /[ "'#]/.test(text)) {
    notQuotable('A word of a configuration line holds a blank, quote, # or control character.');
  }
  return text as Word;
}

/**
 * An absolute path as a word of sshd_config or ssh_config, in quotes where it holds a space. `%` is refused: sshd expands it in
 * some settings and not in others. So are `.` and `..` segments and doubled slashes ('config_path_refused').
 */
export function pathWord(path: string): Word {
  if (path.includes('%')) {
    refuse(
      'config_path_refused',
      `The path ${path} holds a %, which OpenSSH would expand; use a path without it.`,
    );
  }
  return quotedPath(path);
}

/**
 * The path of a file for each login: as `pathWord`, and its last segment is `%u`, which sshd replaces by the login
 * ('principals_file_token_refused').
 */
export function perLoginPathWord(path: string): Word {
  if (!path.endsWith('/%u') || path.indexOf('%') !== path.length - 2) {
    refuse(
      'principals_file_token_refused',
      'The principals file is one file for each login; write it as an absolute directory, a slash and %u.',
    );
  }
  return quotedPath(path);
}

/** `name="value"` as an option of an authorized_keys line. */
export function optionWord(name: Word, value: string): Word {
  if (value === '' || unprintable.test(value) || /["\\]/.test(value)) {
    notQuotable('The value of a key option is empty or holds a quote, backslash or control character.');
  }
  return `${name}="${value}"` as Word;
}

/** A word of a pattern list as what the list leaves out. */
export function absent(word: Word): Word {
  return `!${word}` as Word;
}

/**
 * A command as a word of ssh_config, which hands it to the user's own shell, whichever that is: words that every shell
 * takes as they are, and paths in single quotes where they hold anything else ('config_path_refused').
 */
export function commandWord(...words: readonly string[]): Word {
  return `"${words.map(shellWord).join(' ')}"` as Word;
}

function shellWord(text: string): string {
  if (/^\/?[A-Za-z0-9][A-Za-z0-9/._@+-]*$/.test(text)) return text;
  pathWord(text);
  return `'${text}'`;
}

/** Free text as the rest of a line: one or more words of printable characters, 200 bytes at most. */
export function commentWord(text: string): Word {
  if (text.trim() !== text || text === '' || unprintable.test(text) || Buffer.byteLength(text) > 200) {
    notQuotable('A comment is 1 to 200 bytes of printable text on one line, without spaces around it.');
  }
  return text as Word;
}

/** Several words in one, with commas between: each must be free of commas. */
export function commaList(words: readonly Word[]): Word {
  if (words.length === 0 || words.some((word) => word.includes(','))) {
    notQuotable('A list holds no entry, or an entry with a comma; pass each entry by itself.');
  }
  return words.join(',') as Word;
}

/** The options of an authorized_keys line, with commas between. */
export function optionList(...options: readonly Word[]): Word {
  return options.join(',') as Word;
}

/** Words parted by single spaces. */
export function line(...words: readonly Word[]): Line {
  return words.join(' ') as Line;
}

/** A file of whole lines; no lines give an empty file. */
export function textFile(lines: readonly Line[]): string {
  return lines.map((each) => `${each}\n`).join('');
}

function quotedPath(path: string): Word {
  const segments = path.split('/').slice(1);
  if (!pathCharacters.test(path) || path.length > 1023 || segments.some((each) => /^\.{0,2}$/.test(each))) {
    refuse(
      'config_path_refused',
      `The path '${path}' must be absolute and plain: letters, digits, spaces and . _ @ + = : , ~ -, no empty or dot segments.`,
    );
  }
  return (path.includes(' ') ? `"${path}"` : path) as Word;
}

function notQuotable(message: string): never {
  refuse('config_text_not_quotable', message);
}
