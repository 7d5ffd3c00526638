import { isGroup, type GroupDescription } from './describe/command.js';

/**
 * The words as the parser takes them: `writ help cert issue` is `writ cert issue --help`, and a --json that stands first
 * goes behind the command that it is for.
 */
export function arranged(tree: GroupDescription, words: readonly string[]): readonly string[] {
  const [first, ...rest] = words;
  const { length, complete } = named(tree, rest);
  const command = rest.slice(0, length);
  // What names no command is left to the parser, which says so.
  if (first === 'help') return complete || length === rest.length ? [...command, '--help'] : rest;
  return first === '--json' && length > 0 ? [...command, first, ...rest.slice(length)] : words;
}

/** How many of the words name a command, and whether it is one that can be run. */
function named(
  group: GroupDescription,
  [word, ...rest]: readonly string[],
): { readonly length: number; readonly complete: boolean } {
  const found = group.commands.find(({ name }) => name === word);
  if (found === undefined) return { length: 0, complete: false };
  if (!isGroup(found)) return { length: 1, complete: true };
  const below = named(found, rest);
  return { length: 1 + below.length, complete: below.complete };
}
