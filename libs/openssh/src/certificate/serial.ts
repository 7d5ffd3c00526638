import type { Brand } from '@writ/kernel';
import { refuse } from '../refuse.js';

/** A certificate's number under its authority: 1 … 2^63 − 1. A decimal string in JSON, never a number. */
export type Serial = Brand<bigint, 'Serial'>;

const largest = (1n << 63n) - 1n;

/** A serial from a bigint or its canonical decimal text: 'serial_out_of_range'. */
export function serial(value: bigint | string): Serial {
  if (typeof value === 'string' && !/^[1-9][0-9]{0,18}$/.test(value)) outOfRange();
  const number = BigInt(value);
  return isSerial(number) ? number : outOfRange();
}

/** True for a value that `serial` takes: 0 cannot be revoked by serial, and signed 64-bit stores end at 2^63 − 1. */
export function isSerial(value: bigint): value is Serial {
  return value >= 1n && value <= largest;
}

function outOfRange(): never {
  return refuse('serial_out_of_range', 'A serial is a whole number from 1 to 2^63 − 1, in decimal.');
}
