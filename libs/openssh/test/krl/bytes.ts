import { WireWriter } from '../../src/wire/index.js';

/** Bytes of a KRL header and whatever follows, for KRLs that `encodeKrl` would not write. */
export function krlBytes(...sections: readonly Uint8Array[]): Uint8Array {
  const writer = new WireWriter();
  writer.raw(Buffer.from('SSHKRL\n\0', 'latin1'));
  writer.u32(1);
  writer.u64(7n);
  writer.u64(1_700_000_000n);
  writer.u64(0n);
  writer.text('');
  writer.text('');
  for (const each of sections) writer.raw(each);
  return writer.bytes();
}

/** A type byte and a string that holds the parts. */
export function section(type: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const writer = new WireWriter();
  writer.u8(type);
  writer.string(Buffer.concat(parts));
  return writer.bytes();
}

/** uint64s. */
export function u64(...values: readonly bigint[]): Uint8Array {
  const writer = new WireWriter();
  for (const each of values) writer.u64(each);
  return writer.bytes();
}

/** strings. */
export function strings(...values: readonly (Uint8Array | string)[]): Uint8Array {
  const writer = new WireWriter();
  for (const each of values) writer.string(Buffer.from(each as string));
  return writer.bytes();
}
