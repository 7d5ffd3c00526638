import { WireReader } from '../wire/reader.js';
import { keyLayouts, readKeyFields, type KeyField } from './layout.js';
import type { PublicKey } from './types.js';

/** The content of one field of a key, as big-endian bytes for numbers; a key type without that field is a mistake of the caller. */
export function keyField(key: PublicKey, name: KeyField['name']): Uint8Array {
  const reader = new WireReader(key.blob, 'the public key');
  reader.string();
  const layout = keyLayouts[key.type];
  const contents = readKeyFields(reader, layout);
  const content = contents[layout.fields.findIndex((field) => field.name === name)];
  if (content === undefined) throw new TypeError(`A ${key.type} key has no field ${name}.`);
  return content;
}
