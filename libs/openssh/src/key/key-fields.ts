import { WireReader } from '../wire/reader.js';
import { keyLayouts, type KeyField } from './layout.js';
import type { PublicKey } from './types.js';

/**
 * The content of one field of a key; numbers as big-endian bytes. The key was checked when it was decoded.
 * Asking for a field that the type does not have is a mistake in the program, not in the data: TypeError.
 */
export function keyField(key: PublicKey, name: KeyField['name']): Uint8Array {
  const reader = new WireReader(key.blob, 'the public key');
  reader.string();
  for (const field of keyLayouts[key.type].fields) {
    const content = field.encoding === 'mpint' ? reader.mpint() : reader.string();
    if (field.name === name) return content;
  }
  throw new TypeError(`A ${key.type} key has no field ${name}.`);
}
