import { refuse } from '../refuse.js';
import { fromBase64, toBase64 } from '../wire/base64.js';
import { keyLayout } from './layout.js';
import { decodePublicKey, layoutOf } from './public-key.js';
import type { PublicKey } from './types.js';

/** One line of a `.pub` or `authorized_keys` file; options and comment exactly as written, '' where absent. */
export interface PublicKeyLine {
  readonly options: string;
  readonly key: PublicKey;
  readonly comment: string;
}

/** A tab separates words and may stand inside options and comments; no other control character may. */
const controlCharacter = /[^\P{Cc}\t]/u;

/**
 * Parses `[options] type base64 [comment]`, with at most one line end behind it.
 *
 * Throws CodedError: 'key_line_malformed', 'key_type_mismatch' (the word is not the type inside),
 * 'base64_malformed', and the codes of `decodePublicKey`. Source: sshd(8) AUTHORIZED_KEYS FILE FORMAT.
 */
export function parsePublicKeyLine(line: string): PublicKeyLine {
  const text = oneLine(line);
  const first = word(text);
  const options = isTypeName(first) ? '' : text.slice(0, optionsLength(text));
  const { type, encoded, comment } = splitKey(options === '' ? text : trimBlanks(text.slice(options.length)));
  const layout = layoutOf(type);
  const key = decodePublicKey(fromBase64(encoded));
  if (key.type !== layout.type) {
    refuse('key_type_mismatch', `The line says ${layout.type} but the key inside is ${key.type}.`);
  }
  return { options, key, comment };
}

/**
 * Writes `[options] type base64 [comment]` without a line end. Options and comment are written as they are:
 * 'key_line_malformed' where the line would not read back as the same three parts.
 */
export function formatPublicKeyLine(line: {
  readonly options?: string;
  readonly key: PublicKey;
  readonly comment?: string;
}): string {
  const { options = '', key, comment = '' } = line;
  if (controlCharacter.test(options) || controlCharacter.test(comment)) {
    malformed('would hold a control character or more than one line');
  }
  if (options !== '' && (isTypeName(word(options)) || optionsLength(options) !== options.length)) {
    malformed('would hold options that end early; quote values that hold blanks');
  }
  if (trimBlanks(comment) !== comment) malformed('would hold a comment that begins or ends with a blank');
  return [options, key.type, toBase64(key.blob), comment].filter((part) => part !== '').join(' ');
}

/** Splits `type base64 [comment]`: 'key_line_malformed' where there are not two words. */
export function splitKey(text: string): { type: string; encoded: string; comment: string } {
  const type = word(text);
  const behindType = trimBlanks(text.slice(type.length));
  const encoded = word(behindType);
  if (encoded === '') malformed('does not hold a key type and a key');
  return { type, encoded, comment: trimBlanks(behindType.slice(encoded.length)) };
}

/** Refuses text of more than one line or with control characters but tab: 'key_line_malformed'. */
export function oneLine(text: string): string {
  const line = trimBlanks(text.replace(/\r?\n$/, ''));
  if (controlCharacter.test(line)) malformed('holds a control character or more than one line');
  return line;
}

function isTypeName(text: string): boolean {
  return keyLayout(text) !== null || text === 'ssh-dss' || /-cert-v\d\d@openssh\.com$/.test(text);
}

function word(text: string): string {
  return text.replace(/[ \t].*$/s, '');
}

function trimBlanks(text: string): string {
  return text.replace(/^[ \t]+|[ \t]+$/g, '');
}

/** Characters up to the first blank outside double quotes, as sshd looks for the end of the options. */
function optionsLength(text: string): number {
  let quoted = false;
  let index = 0;
  for (; index < text.length; index += 1) {
    const character = text[index];
    if (!quoted && (character === ' ' || character === '\t')) break;
    if (character === '\\' && text[index + 1] === '"') index += 1;
    else if (character === '"') quoted = !quoted;
  }
  if (quoted) malformed('holds options with a quote that is not closed');
  return index;
}

function malformed(what: string): never {
  refuse('key_line_malformed', `The public key line ${what}; expected "type base64 comment".`);
}
