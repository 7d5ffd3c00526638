import { randomBytes, randomInt } from 'node:crypto';

const most = 1_099_511_627_775;

/** Distinct serials of up to 40 bits, in no order. */
export function randomSerials(count: number): BigUint64Array {
  const seen = new Set<number>();
  while (seen.size < count) {
    const bytes = randomBytes(5 * (count - seen.size));
    for (let at = 0; at < bytes.length; at += 5) seen.add((bytes.readUIntBE(at, 5) % most) + 1);
  }
  return BigUint64Array.from(Array.from(seen, BigInt));
}

/** Distinct serials from 1 to `last`, in no order: each as likely as any other. */
export function denseSerials(count: number, last: number): BigUint64Array {
  const all = Uint32Array.from({ length: last }, (_, index) => index + 1);
  for (let index = 0; index < count; index++) {
    const other = randomInt(index, last);
    const serial = all[other] ?? 0;
    all[other] = all[index] ?? 0;
    all[index] = serial;
  }
  return BigUint64Array.from(Array.from(all.subarray(0, count), BigInt));
}
