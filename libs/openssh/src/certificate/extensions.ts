import type { WireReader } from '../wire/reader.js';
import type { WireWriter } from '../wire/writer.js';
import { flagValue, writeEntries } from './critical-options.js';
import { readOptions } from './option-list.js';
import type { Extensions, NamedOption } from './types.js';

type Flag = Exclude<keyof Extensions, 'other'>;

/** Known extensions in lexical order of their names. Source: PROTOCOL.certkeys "Extensions". */
const known: readonly (readonly [name: string, flag: Flag])[] = [
  ['no-touch-required', 'noTouchRequired'],
  ['permit-X11-forwarding', 'permitX11Forwarding'],
  ['permit-agent-forwarding', 'permitAgentForwarding'],
  ['permit-port-forwarding', 'permitPortForwarding'],
  ['permit-pty', 'permitPty'],
  ['permit-user-rc', 'permitUserRc'],
];
const flagOf: ReadonlyMap<string, Flag> = new Map(known);

/** Writes the extensions in lexical order. */
export function writeExtensions(writer: WireWriter, extensions: Extensions): void {
  const entries: [string, null][] = [];
  for (const [name, flag] of known) if (extensions[flag]) entries.push([name, null]);
  writeEntries(writer, entries, extensions.other);
}

/** Reads the extensions: 'option_value_malformed' for a known one with a value. */
export function readExtensions(reader: WireReader): Extensions {
  const extensions: { -readonly [Name in keyof Extensions]: Extensions[Name] } = {
    permitX11Forwarding: false,
    permitAgentForwarding: false,
    permitPortForwarding: false,
    permitPty: false,
    permitUserRc: false,
    noTouchRequired: false,
    other: [],
  };
  const other: NamedOption[] = [];
  for (const option of readOptions(reader)) {
    const flag = flagOf.get(option.name);
    if (flag === undefined) other.push(option);
    else extensions[flag] = flagValue(option);
  }
  extensions.other = other;
  return extensions;
}

/** Names of the known extensions that are set, in lexical order. */
export function knownExtensionNames(extensions: Extensions): string[] {
  return known.filter(([, flag]) => extensions[flag]).map(([name]) => name);
}
