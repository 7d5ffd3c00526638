import type { Run } from '../run.js';

/** One option of a command. `flags` as commander writes them: '--ttl <duration>', '-o, --output <file>', '--replace'. */
export interface OptionDescription {
  readonly flags: string;
  readonly summary: string;
  /** May be given several times, one value each. */
  readonly repeat?: true;
  readonly choices?: readonly string[];
  /** What a shell offers for its value, beside `choices`. */
  readonly completes?: 'file';
}

/** One argument. `name` as help writes it; `many` takes all that follow. */
export interface ArgumentDescription {
  readonly name: string;
  readonly summary: string;
  readonly many?: true;
  readonly optional?: true;
  readonly choices?: readonly string[];
  readonly completes?: 'file';
}

export interface Example {
  readonly command: string;
  readonly says: string;
}

/** What every word of the command line has. */
interface Named {
  readonly name: string;
  readonly summary: string;
  readonly description?: string;
}

/** A word that only holds other commands: `writ role …`. */
export interface GroupDescription extends Named {
  readonly commands: readonly CommandDescription[];
  /** The one of them that is meant where the group is named alone, or with options only. */
  readonly usual?: string;
}

/**
 * A command that does something. Help, parsing, completion and docs/cli.md are all made from it; `load` is called only
 * when it is run, so that no command pays for what another imports.
 */
export interface LeafDescription extends Named {
  readonly examples: readonly [Example, ...Example[]];
  readonly arguments?: readonly ArgumentDescription[];
  readonly options?: readonly OptionDescription[];
  /** What --json prints on standard output, in words; types are those of "JSON" in docs/cli.md. Absent: there is no --json. */
  readonly json?: string;
  /** It works in one organization, which may be another than one's own: it has --org. */
  readonly inOrganization?: true;
  /** The words after its name go to another program unread; the options here are for help and completion. */
  readonly passThrough?: true;
  readonly load: () => Promise<{ readonly run: Run }>;
}

export type CommandDescription = GroupDescription | LeafDescription;

export function isGroup(command: CommandDescription): command is GroupDescription {
  return 'commands' in command;
}

/** `--json`, which every command with a `json` shape has. */
export const jsonOption: OptionDescription = {
  flags: '--json',
  summary: 'print JSON on standard output, and errors as JSON on standard error',
};

/** `--org`, which every command that works in an organization has. */
export const organizationOption: OptionDescription = {
  flags: '--org <name>',
  summary: 'work in another organization than your own (`writ org list` shows in which you may)',
};

/** Every option of a command, `--org` and `--json` included. */
export function optionsOf(command: LeafDescription): readonly OptionDescription[] {
  return [
    ...(command.options ?? []),
    ...(command.inOrganization === true ? [organizationOption] : []),
    ...(command.json === undefined ? [] : [jsonOption]),
  ];
}

/** The parts of `flags`: its spellings, and the placeholder of its value where it takes one. */
export function partsOf(option: OptionDescription): {
  readonly spellings: readonly string[];
  readonly name: string;
  readonly value: string | null;
} {
  const spellings = option.flags.match(/--?[a-zA-Z][a-zA-Z0-9-]*/g) ?? [];
  const value = /<([^>]+)>/.exec(option.flags)?.[1] ?? null;
  return { spellings, name: (spellings.at(-1) ?? '').replace(/^--?/, ''), value };
}
