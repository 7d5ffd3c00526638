import {
  isGroup,
  optionsOf,
  partsOf,
  type CommandDescription,
  type GroupDescription,
  type LeafDescription,
} from '../describe/command.js';

/** One place in the command tree, as a completion script needs it. */
export interface Place {
  /** The words that lead here, without 'writ': 'cert issue'; '' at the top. */
  readonly path: string;
  readonly summary: string;
  /** What may come next, where this is a group. */
  readonly commands: readonly { readonly name: string; readonly summary: string }[];
  readonly options: readonly CompletedOption[];
  readonly arguments: readonly Completed[];
}

/** What a shell offers for a value: these words, or files, or nothing. */
export interface Completed {
  readonly choices: readonly string[];
  readonly files: boolean;
}

export interface CompletedOption extends Completed {
  readonly spellings: readonly string[];
  readonly takesValue: boolean;
  readonly summary: string;
}

const help: CompletedOption = {
  spellings: ['-h', '--help'],
  takesValue: false,
  summary: 'show help',
  choices: [],
  files: false,
};

/** Every place of the tree, groups before what is in them. */
export function places(tree: GroupDescription): readonly Place[] {
  return walk(tree, []);
}

function walk(command: CommandDescription, path: readonly string[]): readonly Place[] {
  const here = { path: path.join(' '), summary: command.summary };
  if (!isGroup(command)) return [{ ...here, commands: [], ...given(command) }];
  const commands = command.commands.map(({ name, summary }) => ({ name, summary }));
  return [
    { ...here, commands, options: [help], arguments: [] },
    ...command.commands.flatMap((child) => walk(child, [...path, child.name])),
  ];
}

function given(command: LeafDescription): Pick<Place, 'options' | 'arguments'> {
  const options = optionsOf(command).map((option): CompletedOption => {
    const { spellings, value } = partsOf(option);
    const { summary, choices = [] } = option;
    return { spellings, takesValue: value !== null, summary, choices, files: option.completes === 'file' };
  });
  const args = (command.arguments ?? []).map(({ choices = [], completes }) => ({
    choices,
    files: completes === 'file',
  }));
  return { options: [...options, help], arguments: args };
}

/** Text in single quotes for bash and zsh. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
