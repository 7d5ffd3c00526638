import type { SeededRandom } from './random.js';

type Mutation = (input: Buffer, random: SeededRandom, other: Buffer) => Buffer;

const edges = [0, 1, 2, 4, 0x7f, 0x80, 0xff, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff];
const maximumLength = 8192;

const mutations: readonly Mutation[] = [
  function flipBit(input, random) {
    const at = random.below(input.length);
    input[at] = (input[at] ?? 0) ^ (1 << random.below(8));
    return input;
  },
  function setByte(input, random) {
    input[random.below(input.length)] = random.below(256);
    return input;
  },
  function truncate(input, random) {
    return input.subarray(0, random.below(input.length));
  },
  function removeSpan(input, random) {
    const at = random.below(input.length);
    const count = 1 + random.below(Math.min(16, input.length - at));
    return Buffer.concat([input.subarray(0, at), input.subarray(at + count)]);
  },
  function repeatSpan(input, random) {
    const at = random.below(input.length);
    const span = input.subarray(at, at + 1 + random.below(64));
    return Buffer.concat([input.subarray(0, at), span, input.subarray(at)]);
  },
  function insertBytes(input, random) {
    const at = random.below(input.length + 1);
    const inserted = Buffer.from(Array.from({ length: 1 + random.below(8) }, () => random.below(256)));
    return Buffer.concat([input.subarray(0, at), inserted, input.subarray(at)]);
  },
  function splice(input, random, other) {
    return Buffer.concat([
      input.subarray(0, random.below(input.length)),
      other.subarray(random.below(other.length)),
    ]);
  },
  function setEdgeNumber(input, random) {
    if (input.length < 4) return input;
    input.writeUInt32BE(random.pick(edges), random.below(input.length - 3));
    return input;
  },
  function nudgeLength(input, random) {
    const at = lengthField(input, random);
    if (at === null) return input;
    input.writeUInt32BE((input.readUInt32BE(at) + random.pick([1, -1, 4, -4, 256])) >>> 0, at);
    return input;
  },
  function resizeString(input, random) {
    const at = lengthField(input, random);
    if (at === null) return input;
    const end = at + 4 + input.readUInt32BE(at);
    const content = Buffer.from(Array.from({ length: random.below(40) }, () => random.below(256)));
    const length = Buffer.alloc(4);
    length.writeUInt32BE(content.length);
    return Buffer.concat([input.subarray(0, at), length, content, input.subarray(end)]);
  },
];

/** Somewhere that reads as the length of what follows it. */
function lengthField(input: Buffer, random: SeededRandom): number | null {
  if (input.length < 5) return null;
  const start = random.below(input.length - 4);
  for (let step = 0; step < input.length - 4; step += 1) {
    const at = (start + step) % (input.length - 4);
    const length = input.readUInt32BE(at);
    if (length > 0 && at + 4 + length <= input.length) return at;
  }
  return null;
}

/** A changed copy of `input`: one to four mutations, at most 8 KiB. */
export function mutate(input: Uint8Array, other: Uint8Array, random: SeededRandom): Uint8Array {
  let current = Buffer.from(input);
  for (let count = 1 + random.below(4); count > 0; count -= 1) {
    if (current.length === 0) current = Buffer.of(random.below(256));
    current = Buffer.from(
      random.pick(mutations)(current, random, Buffer.from(other.length === 0 ? [0] : other)),
    );
  }
  return current.subarray(0, maximumLength);
}
