import { openApiDocument, routes } from '@writ/contract';
import {
  isGroup,
  optionsOf,
  type ArgumentDescription,
  type CommandDescription,
  type GroupDescription,
  type LeafDescription,
} from './describe/command.js';
import { exitStatus, exitStatusMeaning } from './exit-status.js';

/**
 * The part of docs/cli.md that is made: exit statuses, every command, every JSON shape. Markdown as prettier leaves it.
 * `service`: how the service's own process ends, by code.
 */
export function reference(tree: GroupDescription, service: Readonly<Record<string, number>>): string {
  const commands = tree.commands.flatMap((command) => sections(command, [tree.name]));
  return [
    '## Exit statuses',
    exitStatuses(),
    '`writ init`, `server`, `rewrap`, `reset-owner`, `backup` and `restore` end with these too; [errors.md](errors.md#the-services-process) ' +
      'has the cause and cure of each code.',
    serviceStatuses(service),
    '## Commands',
    ...commands,
    '## JSON',
    'Objects of the service, as its API gives them (`/docs` of a running service has the same).',
    ...shapes(tree),
  ].join('\n\n');
}

function exitStatuses(): string {
  const names = Object.keys(exitStatus) as (keyof typeof exitStatus)[];
  return table(
    ['status', 'meaning'],
    names.map((name) => [String(exitStatus[name]), exitStatusMeaning[name]]),
  );
}

/** What only the service's process ends with, one row for each status. */
function serviceStatuses(service: Readonly<Record<string, number>>): string {
  const shared = new Set<number>(Object.values(exitStatus));
  const own = [...new Set(Object.values(service))].filter((status) => !shared.has(status));
  const codesOf = (status: number): string =>
    Object.keys(service)
      .filter((code) => service[code] === status)
      .map((code) => `\`${code}\``)
      .join(', ');
  return table(
    ['status', 'error'],
    own.sort((a, b) => a - b).map((status) => [String(status), codesOf(status)]),
  );
}

function sections(command: CommandDescription, path: readonly string[]): readonly string[] {
  const words = [...path, command.name];
  if (isGroup(command)) return command.commands.flatMap((child) => sections(child, words));
  const parts = [`### ${words.join(' ')}`, capital(`${command.summary}.`)];
  if (command.description !== undefined) parts.push(command.description);
  parts.push(
    `\`\`\`sh\n${command.examples.map(({ command: line, says }) => `${line}   # ${says}`).join('\n')}\n\`\`\``,
  );
  const given = [...(command.arguments ?? []).map(argument), ...optionsOf(command).map(option)];
  if (given.length > 0) parts.push(given.join('\n'));
  if (command.json !== undefined) {
    const [shape = '', ...remarks] = command.json.split('; ');
    parts.push([`JSON: \`${shape}\``, ...remarks].join('; '));
  }
  return parts;
}

function argument({ name, many, optional, summary, choices }: ArgumentDescription): string {
  const shown = `${name}${many === true ? '...' : ''}`;
  const offered = choices === undefined ? '' : ` (${choices.join(', ')})`;
  return `- \`${optional === true ? `[${shown}]` : `<${shown}>`}\` ${summary}${offered}`;
}

function option({
  flags,
  summary,
  repeat,
  choices,
}: NonNullable<LeafDescription['options']>[number]): string {
  const offered = choices === undefined ? '' : `: ${choices.join(', ')}`;
  return `- \`${flags}\` ${summary}${offered}${repeat === true ? '; may be repeated' : ''}`;
}

interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Schema | boolean;
}

/** The objects that commands name, and those that these name, as TypeScript writes them. */
function shapes(tree: GroupDescription): readonly string[] {
  const document = openApiDocument(Object.values(routes), '') as {
    components: { schemas: Readonly<Record<string, Schema>> };
  };
  const { schemas } = document.components;
  const wanted = new Set(['Problem']);
  const want = (text: string): void => {
    for (const [name] of text.matchAll(/\b[A-Z]\w+/g)) if (name in schemas) wanted.add(name);
  };
  for (const text of jsonOf(tree)) want(text);
  const written: string[] = [];
  // A set yields what is added while it is walked.
  for (const name of wanted) {
    const text = typeText(schemas[name] ?? {}, '');
    want(text);
    written.push(`### ${name}\n\n\`\`\`ts\n${text}\n\`\`\``);
  }
  return written;
}

function jsonOf(command: CommandDescription): readonly string[] {
  return isGroup(command) ? command.commands.flatMap(jsonOf) : [command.json ?? ''];
}

function typeText(schema: Schema, indent: string): string {
  if (schema.$ref !== undefined) return schema.$ref.replace(/.*\//, '');
  if (schema.const !== undefined) return literal(schema.const);
  // The codes of problems are listed in docs/errors.md.
  if (schema.enum !== undefined)
    return schema.enum.length > 20 ? 'string' : schema.enum.map(literal).join(' | ');
  if (schema.anyOf !== undefined) return schema.anyOf.map((each) => typeText(each, indent)).join(' | ');
  if (schema.type === 'array') return arrayText(schema.items ?? {}, indent);
  if (schema.type !== 'object') return [schema.type ?? 'unknown'].flat().map(plainType).join(' | ');
  if (schema.properties === undefined) return recordText(schema, indent);
  const lines = Object.entries(schema.properties).map(([name, property]) => {
    const mark = (schema.required ?? []).includes(name) ? '' : '?';
    return `${indent}  ${name}${mark}: ${typeText(property, `${indent}  `)};`;
  });
  return `{\n${lines.join('\n')}\n${indent}}`;
}

/** Of what anything may be the name: its values are what the schema says of additional ones. */
function recordText({ additionalProperties: values }: Schema, indent: string): string {
  const text = typeof values === 'object' ? typeText(values, indent) : 'unknown';
  return `Record<string, ${text}>`;
}

function plainType(type: string): string {
  return type === 'integer' ? 'number' : type;
}

function arrayText(items: Schema, indent: string): string {
  const text = typeText(items, indent);
  return text.includes(' | ') ? `(${text})[]` : `${text}[]`;
}

function literal(value: unknown): string {
  return typeof value === 'string' ? `'${value}'` : String(value);
}

/** A table with its columns padded. */
function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [headings, ...rows];
  const widths = headings.map((_, column) => Math.max(...all.map((row) => (row[column] ?? '').length)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [line(headings), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}

function capital(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
