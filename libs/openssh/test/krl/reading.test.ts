import { decodeKrl } from '../../src/krl/index.js';
import { codeOf } from '../coded.js';
import { krlBytes, section, strings, u64 } from './bytes.js';

const any = (...sections: readonly Uint8Array[]) =>
  decodeKrl(krlBytes(section(1, strings('', ''), ...sections))).certificates[0]?.serials;

describe('serial sections in an order that somebody writes', () => {
  const list = (...serials: readonly bigint[]) => section(0x20, u64(...serials));
  const range = section(0x21, u64(10n, 20n));
  const bitmap = section(0x22, u64(30n), strings(Uint8Array.of(0b1001)));

  it.each([
    ['the list first, as we do', [list(1n, 25n, 40n), range, bitmap]],
    ['as they ascend, as OpenSSH does', [list(1n), range, list(25n), bitmap, list(40n)]],
    ['the list last', [range, bitmap, list(1n, 25n, 40n)]],
  ])('%s', (_, sections) => {
    const serials = any(...sections);
    const revoked = Array.from({ length: 50 }, (__, index) => index).filter((each) =>
      serials?.has(BigInt(each)),
    );
    expect(revoked).toEqual([1, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 25, 30, 33, 40]);
    expect([...(serials ?? [])]).toEqual([
      { first: 1n, last: 1n },
      { first: 25n, last: 25n },
      { first: 40n, last: 40n },
      { first: 10n, last: 20n },
      { first: 30n, last: 30n },
      { first: 33n, last: 33n },
    ]);
  });
});

describe('a bitmap', () => {
  const top = (1n << 64n) - 1n;

  it('may end with the largest serial', () => {
    const serials = any(section(0x22, u64(top - 8n), strings(Uint8Array.of(1, 1))));
    expect([...(serials ?? [])]).toEqual([
      { first: top - 8n, last: top - 8n },
      { first: top, last: top },
    ]);
    const asked = [top, top - 1n, top - 7n, top - 8n, top - 9n];
    expect(asked.map((each) => serials?.has(each))).toEqual([true, false, false, true, false]);
  });

  it('may be followed at once by a range', () => {
    const serials = any(section(0x22, u64(30n), strings(Uint8Array.of(9))), section(0x21, u64(34n, 40n)));
    expect(serials?.has(33n)).toBe(true);
    expect(serials?.has(34n)).toBe(true);
  });
});

describe('an extension', () => {
  const extension = (type: number, name: string, contents = 'x') =>
    section(type, strings(name), Uint8Array.of(0), strings(contents));
  const serials = section(0x20, u64(1n));
  const names = (extensions: readonly { readonly name: string }[] = []) => extensions.map(({ name }) => name);

  it('may stand before, between and behind sections, and changes nothing that is revoked', () => {
    const digests = [section(3, strings(new Uint8Array(20))), section(5, strings(new Uint8Array(32)))];
    const key = section(2, strings(strings('ssh-ed25519')));
    const some = [section(1, strings('', ''), serials), key, ...digests];
    const bytes = krlBytes(
      extension(255, 'bloom-explicit-key'),
      ...some.flatMap((each, index) => [each, extension(255, `behind ${index}`)]),
    );
    const krl = decodeKrl(bytes);
    expect(names(krl.extensions)).toEqual([
      'bloom-explicit-key',
      'behind 0',
      'behind 1',
      'behind 2',
      'behind 3',
    ]);
    expect({ ...decodeKrl(krlBytes(...some)), extensions: krl.extensions }).toEqual(krl);
    expect(Buffer.from(krl.extensions[0]?.contents ?? [])).toEqual(Buffer.from('x'));
  });

  it('may stand in front of serials, in front of key ids and behind them', () => {
    const [read] = decodeKrl(
      krlBytes(
        section(
          1,
          strings('', ''),
          extension(0x39, 'cert-bloom-serial'),
          serials,
          extension(0x39, 'cert-bloom-key-id'),
          section(0x23, strings('anna')),
          extension(0x39, 'last'),
        ),
      ),
    ).certificates;
    expect(names(read?.extensions)).toEqual(['cert-bloom-serial', 'cert-bloom-key-id', 'last']);
    expect(read?.serials.has(1n)).toBe(true);
    expect(read?.keyIds.has('anna')).toBe(true);
  });
});

describe('a KRL of everything', () => {
  const sections = [
    section(255, strings('a'), Uint8Array.of(0), strings('b')),
    section(
      1,
      strings('', ''),
      section(0x20, u64(1n, 3n)),
      section(0x21, u64(10n, 20n)),
      section(0x22, u64(30n), strings(Uint8Array.of(9))),
      section(0x23, strings('anna', 'ben')),
    ),
    section(2, strings(strings('ssh-ed25519'))),
    section(3, strings(new Uint8Array(20))),
    section(5, strings(new Uint8Array(32))),
  ];
  const whole = krlBytes(...sections);
  const outcome = (bytes: Uint8Array) => codeOf(() => decodeKrl(bytes));
  /** Where a section of the outer level ends, what is left is a KRL. */
  const borders = sections.map((_, index) => krlBytes(...sections.slice(0, index)).length);

  it('ends in a code wherever it is cut short, but for the end of a section', () => {
    const whereRead = Array.from({ length: whole.length + 1 }, (_, end) => end).filter(
      (end) => outcome(whole.subarray(0, end)) === null,
    );
    expect(whereRead).toEqual([...borders, whole.length]);
  });

  it('ends in a code, and takes no memory, where any four bytes are a length that lies', () => {
    const before = process.memoryUsage().arrayBuffers;
    for (let at = 44; at + 4 <= whole.length; at += 1) {
      for (const length of [0xffff_ffff, 0x7fff_ffff, 0x0100_0000]) {
        const bytes = Buffer.from(whole);
        bytes.writeUInt32BE(length, at);
        const code = outcome(bytes);
        if (code === null) expect(decodeKrl(bytes).version).toBe(7n);
      }
    }
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(32 << 20);
  });
});
