import { WireReader } from '../wire/reader.js';
import type { WireWriter } from '../wire/writer.js';
import { malformedValue, readOptions, writeOption } from './option-list.js';
import type { CriticalOptions, NamedOption } from './types.js';

type Entry = readonly [name: string, value: Uint8Array | string | null];

/** Writes the critical options in lexical order. Source: PROTOCOL.certkeys "Critical options". */
export function writeCriticalOptions(writer: WireWriter, options: CriticalOptions): void {
  const entries: Entry[] = [];
  if (options.forceCommand !== undefined) entries.push(['force-command', options.forceCommand]);
  if (options.sourceAddress !== undefined) entries.push(['source-address', options.sourceAddress.join(',')]);
  if (options.verifyRequired === true) entries.push(['verify-required', null]);
  writeEntries(writer, entries, options.unknown);
}

/** Writes entries, which are in order, merged with `more`. */
export function writeEntries(writer: WireWriter, entries: Entry[], more: readonly NamedOption[]): void {
  const list = writer.open();
  if (more.length > 0) {
    for (const { name, value } of more) entries.push([name, value]);
    entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  }
  for (const [name, value] of entries) writeOption(writer, name, value);
  writer.close(list);
}

/** Reads the critical options: 'option_value_malformed' for a known one with a value of the wrong kind. */
export function readCriticalOptions(reader: WireReader): CriticalOptions {
  const options = readOptions(reader);
  const result: { -readonly [Name in keyof CriticalOptions]: CriticalOptions[Name] } = { unknown: [] };
  const unknown: NamedOption[] = [];
  for (const option of options) {
    if (option.name === 'force-command') result.forceCommand = textValue(option);
    else if (option.name === 'source-address') result.sourceAddress = textValue(option).split(',');
    else if (option.name === 'verify-required') result.verifyRequired = flagValue(option);
    else unknown.push(option);
  }
  result.unknown = unknown;
  return result;
}

function textValue({ name, value }: NamedOption): string {
  if (value === null) return malformedValue(name, 'is missing');
  const outer = new WireReader(value, `the value of ${name}`);
  return outer.restAsText();
}

/** True for an option that carries no value, which is how flags are written. */
export function flagValue({ name, value }: NamedOption): true {
  if (value !== null) malformedValue(name, 'should be empty');
  return true;
}
