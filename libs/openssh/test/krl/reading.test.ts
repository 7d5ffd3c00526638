import { decodeKrl } from '../../src/krl/index.js';
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
