/** Names that were hashed, each with a salt of its own, so that a name has to be tried with every one of them. */
export class HashedNames {
  readonly #entries: readonly Entry[];
  readonly #answers = new Map<string, boolean>();
  #left: number;

  /**
   * @param fields first fields of lines of known_hosts, `|1|salt|hash`; what is not of that form is passed over
   * @param most how many hashes are compared at most, over all names
   * Source: sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT"; hostfile.c of OpenSSH: HMAC-SHA1 of the name, the salt its key.
   */
  constructor(fields: readonly string[], most: number) {
    this.#entries = fields.flatMap(entry);
    this.#left = most;
  }

  /** True where the name, as ssh writes it there, is one of them; null where that would be more to compare than is left. */
  has(name: string): boolean | null {
    const met = this.#answers.get(name);
    if (met !== undefined) return met;
    if (this.#left < this.#entries.length) return null;
    this.#left -= this.#entries.length;
    const blocks = padded(Buffer.from(name), blockBytes);
    const found = this.#entries.some((each) => isHashOf(each, blocks));
    this.#answers.set(name, found);
    return found;
  }
}

/** What a line holds: how HMAC begins with its salt, inside and outside, and what comes of it for its name. */
interface Entry {
  readonly inner: State;
  readonly outer: State;
  readonly hash: State;
}

/** SHA-1's five words. */
type State = Int32Array;

const blockBytes = 64;
const hashBytes = 20;

function entry(field: string): Entry[] {
  const [, salt = '', hash = ''] = /^\|1\|([A-Za-z0-9+/]{27}=)\|([A-Za-z0-9+/]{27}=)$/.exec(field) ?? [];
  if (hash === '') return [];
  const key = Buffer.concat([Buffer.from(salt, 'base64'), Buffer.alloc(blockBytes - hashBytes)]);
  const begun = (pad: number): State => {
    const state = initial.slice();
    compress(state, wordsOf(key.map((byte) => byte ^ pad)));
    return state;
  };
  return [{ inner: begun(0x36), outer: begun(0x5c), hash: wordsOf(Buffer.from(hash, 'base64')) }];
}

const inside = new Int32Array(5);
const outside = new Int32Array(5);
/** The message of the outer hash: the inner hash, and its end. */
const between = padded(Buffer.alloc(hashBytes), blockBytes)[0] ?? new Int32Array(16);

function isHashOf({ inner, outer, hash }: Entry, blocks: readonly Int32Array[]): boolean {
  inside.set(inner);
  for (const block of blocks) compress(inside, block);
  between.set(inside);
  outside.set(outer);
  compress(outside, between);
  return outside[0] === hash[0] && outside.every((word, n) => word === hash[n]);
}

/** The blocks of a message that follows so many bytes, SHA-1's end behind it. */
function padded(message: Uint8Array, before: number): Int32Array[] {
  const bytes = Buffer.alloc(Math.ceil((message.length + 9) / blockBytes) * blockBytes);
  bytes.set(message);
  bytes[message.length] = 0x80;
  bytes.writeUInt32BE((before + message.length) * 8, bytes.length - 4);
  const words = wordsOf(bytes);
  return Array.from({ length: words.length / 16 }, (_, n) => words.subarray(n * 16, n * 16 + 16));
}

function wordsOf(bytes: Uint8Array): Int32Array {
  const view = Buffer.from(bytes);
  return Int32Array.from({ length: view.length / 4 }, (_, n) => view.readInt32BE(n * 4));
}

const initial = Int32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0);
const schedule = new Int32Array(80);

/**
 * One step of SHA-1. Node's own begins anew for each hash, and takes three times as long where half of it is the same for
 * thousands of names; written out for the same reason. Source: FIPS 180-4, 6.1.2.
 */
function compress(state: State, block: Int32Array): void {
  schedule.set(block);
  for (let t = 16; t < 80; t += 1) {
    const mixed =
      (schedule[t - 3] ?? 0) ^ (schedule[t - 8] ?? 0) ^ (schedule[t - 14] ?? 0) ^ (schedule[t - 16] ?? 0);
    schedule[t] = (mixed << 1) | (mixed >>> 31);
  }
  let a = state[0] ?? 0;
  let b = state[1] ?? 0;
  let c = state[2] ?? 0;
  let d = state[3] ?? 0;
  let e = state[4] ?? 0;
  for (let t = 0; t < 80; t += 1) {
    let f: number;
    if (t < 20) f = ((b & c) | (~b & d)) + 0x5a827999;
    else if (t < 40) f = (b ^ c ^ d) + 0x6ed9eba1;
    else if (t < 60) f = ((b & c) | (b & d) | (c & d)) - 0x70e44324;
    else f = (b ^ c ^ d) - 0x359d3e2a;
    const next = (((a << 5) | (a >>> 27)) + f + e + (schedule[t] ?? 0)) | 0;
    e = d;
    d = c;
    c = (b << 30) | (b >>> 2);
    b = a;
    a = next;
  }
  state[0] = (state[0] ?? 0) + a;
  state[1] = (state[1] ?? 0) + b;
  state[2] = (state[2] ?? 0) + c;
  state[3] = (state[3] ?? 0) + d;
  state[4] = (state[4] ?? 0) + e;
}
