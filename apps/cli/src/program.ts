import { Command, CommanderError, Option, type OptionValues } from 'commander';
import {
  isGroup,
  optionsOf,
  partsOf,
  type ArgumentDescription,
  type GroupDescription,
  type LeafDescription,
  type OptionDescription,
} from './describe/command.js';
import { fail } from './errors.js';
import { Input } from './input.js';

/** What a command line turned out to ask for. */
export type Asked =
  | { readonly what: 'help'; readonly text: string }
  | { readonly what: 'command'; readonly command: LeafDescription; readonly input: Input };

/**
 * Reads a command line (without `node` and the program) by the description `tree`. Rejects with 'usage_invalid'; text
 * of the message is commander's, with its suggestion.
 */
export async function parse(
  tree: GroupDescription,
  words: readonly string[],
  columns: number,
): Promise<Asked> {
  let help = '';
  let asked: Asked | null = null;
  const root = new Command(tree.name).description(tree.summary).exitOverride();
  root.configureOutput({
    writeOut: (text) => (help += text),
    writeErr: (text) => (help += text),
    outputError: () => undefined,
    getOutHelpWidth: () => columns,
    getErrHelpWidth: () => columns,
    getOutHasColors: () => false,
    getErrHasColors: () => false,
  });
  root.configureHelp({ visibleCommands: (command) => [...command.commands] });
  const meant = withUsual(tree, words);
  grow(root, tree, meant, (command, input) => (asked = { what: 'command', command, input }));
  try {
    await root.parseAsync([...meant], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.code === 'commander.helpDisplayed') return { what: 'help', text: help };
    if (error.code === 'commander.help')
      fail('usage_invalid', `Say which command; \`${wordsOf(root, words)} --help\` lists them.`);
    fail('usage_invalid', sentence(error.message));
  }
  return asked ?? { what: 'help', text: help };
}

/** With the name of the command that is meant where only its group is named. */
function withUsual(group: GroupDescription, words: readonly string[]): readonly string[] {
  const [first, ...rest] = words;
  const next = group.commands.find(({ name }) => name === first);
  if (first !== undefined && next !== undefined)
    return isGroup(next) ? [first, ...withUsual(next, rest)] : words;
  const asksForHelp = first === '-h' || first === '--help';
  const alone = first === undefined || first.startsWith('-');
  return group.usual !== undefined && alone && !asksForHelp ? [group.usual, ...words] : words;
}

function wordsOf(root: Command, words: readonly string[]): string {
  const known = [root.name()];
  let here = root;
  for (const word of words) {
    const next = here.commands.find((command) => command.name() === word);
    if (next === undefined) break;
    known.push(word);
    here = next;
  }
  return known.join(' ');
}

/** "error: unknown option '--x'\n(Did you mean --y?)" as a sentence. */
function sentence(message: string): string {
  const [first = '', ...rest] = message.replace(/^error: /, '').split('\n');
  return [`${first.charAt(0).toUpperCase()}${first.slice(1)}.`.replace(/\.\.$/, '.'), ...rest].join(' ');
}

type Found = (command: LeafDescription, input: Input) => void;

/**
 * Makes commander's commands for a group. Only the one that the words name gets what is below it and its options: the
 * others are there to be listed and suggested.
 */
function grow(parent: Command, group: GroupDescription, words: readonly string[], found: Found): void {
  parent.helpCommand(false);
  parent.helpOption('-h, --help', 'show this');
  for (const description of group.commands) {
    const command = parent.command(description.name).summary(description.summary);
    if (description.name !== words[0]) continue;
    command.description(capital(description.description ?? `${description.summary}.`));
    if (isGroup(description)) grow(command, description, words.slice(1), found);
    else leaf(command, description, found);
  }
  parent.addHelpText(
    'after',
    `\n\`${nameOf(parent)} <command> --help\` has the options and an example of each.`,
  );
}

function leaf(command: Command, description: LeafDescription, found: Found): void {
  command.helpOption('-h, --help', 'show this');
  for (const argument of description.arguments ?? []) addArgument(command, argument);
  const options = optionsOf(description);
  for (const option of options) command.addOption(commanderOption(option));
  command.allowExcessArguments(false);
  command.addHelpText('after', examplesText(description));
  command.action((...given: unknown[]) => {
    const positional = (description.arguments ?? []).map((argument, index) => [argument.name, given[index]]);
    found(
      description,
      new Input(named(options, command.opts()), Object.fromEntries(positional) as Record<string, unknown>),
    );
  });
}

function addArgument(command: Command, argument: ArgumentDescription): void {
  const { name, many, optional, choices } = argument;
  const inner = many === true ? `${name}...` : name;
  const made = command.createArgument(optional === true ? `[${inner}]` : `<${inner}>`, argument.summary);
  command.addArgument(choices === undefined ? made : made.choices(choices));
}

function commanderOption(description: OptionDescription): Option {
  const option = new Option(description.flags, description.summary);
  if (description.choices !== undefined) option.choices(description.choices);
  if (description.repeat !== true) return option;
  const check = option.parseArg ?? ((value: string) => value);
  return option.argParser((value: string, previous: unknown) => [
    ...(Array.isArray(previous) ? (previous as unknown[]) : []),
    check(value, undefined),
  ]);
}

/** Values by the long name of the description: commander's own keys are in camel case, and '--no-x' is a false 'x'. */
function named(options: readonly OptionDescription[], values: OptionValues): Record<string, unknown> {
  return Object.fromEntries(
    options.map((description) => {
      const option = new Option(description.flags);
      const value: unknown = values[option.attributeName()];
      return [partsOf(description).name, option.negate ? value === false : value];
    }),
  );
}

function examplesText(description: LeafDescription): string {
  const lines = description.examples.map(({ command, says }) => `  # ${says}\n  ${command}`);
  return `\n${lines.length === 1 ? 'Example' : 'Examples'}:\n${lines.join('\n')}`;
}

function capital(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

function nameOf(command: Command): string {
  return command.parent === null ? command.name() : `${nameOf(command.parent)} ${command.name()}`;
}
