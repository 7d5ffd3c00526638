import type { AuthorityRef, SerialSource } from '@writ/issuance';
import type { Serial } from '@writ/openssh/certificate';

/** Serial sources over one state, as processes over one database. */
export interface SerialSourceUnderTest {
  /** Another source over the same state. Earlier ones go on unless the test lets them be. */
  open(): Promise<SerialSource>;
  /** A new authority, which has used no serial yet. */
  authority(): Promise<AuthorityRef>;
  /** Leaves the authority exactly `left` serials. Called before any is taken. */
  leave(authority: AuthorityRef, left: bigint): Promise<void>;
  close(): Promise<void>;
}

/** Registers the tests that every SerialSource passes. */
export function serialSourceContract(name: string, open: () => Promise<SerialSourceUnderTest>): void {
  describe(`${name} is a SerialSource`, () => {
    let subject: SerialSourceUnderTest;
    beforeAll(async () => {
      subject = await open();
    });
    afterAll(() => subject.close());

    it('begins at 1 and goes up', async () => {
      const [source, authority] = [await subject.open(), await subject.authority()];
      expect(await source.take(authority)).toBe(1n);
      expect(await takeInTurn(source, authority, 500)).toEqual(
        Array.from({ length: 500 }, (_, i) => BigInt(i + 2)),
      );
    });

    it('numbers each authority by itself', async () => {
      const source = await subject.open();
      const [one, other] = [await subject.authority(), await subject.authority()];
      await takeInTurn(source, one, 10);
      expect(await source.take(other)).toBe(1n);
    });

    it('gives each of many at once its own', async () => {
      const [source, authority] = [await subject.open(), await subject.authority()];
      const taken = await Promise.all(Array.from({ length: 1000 }, () => source.take(authority)));
      expect(new Set(taken).size).toBe(1000);
      expect(largest(taken)).toBe(1000n);
    });

    it('never gives two processes the same', async () => {
      const authority = await subject.authority();
      const sources = [await subject.open(), await subject.open(), await subject.open()];
      const taken = await Promise.all(
        Array.from({ length: 600 }, (_, i) => sources[i % 3]?.take(authority) ?? Promise.reject(new Error())),
      );
      expect(new Set(taken).size).toBe(600);
    });

    it('never gives again, after a restart without warning, what was given before', async () => {
      const authority = await subject.authority();
      const before = await takeInTurn(await subject.open(), authority, 25);
      const after = await takeInTurn(await subject.open(), authority, 25);
      expect(new Set([...before, ...after]).size).toBe(50);
      expect(smallest(after)).toBeGreaterThan(largest(before));
    });

    it('ends at 2^63 − 1 and says so', async () => {
      const [source, authority] = [await subject.open(), await subject.authority()];
      await subject.leave(authority, 2n);
      expect(await source.take(authority)).toBe((1n << 63n) - 2n);
      expect(await source.take(authority)).toBe((1n << 63n) - 1n);
      await expect(source.take(authority)).rejects.toMatchObject({ code: 'serials_exhausted' });
      await expect(source.take(authority)).rejects.toMatchObject({ code: 'serials_exhausted' });
    });
  });
}

async function takeInTurn(source: SerialSource, authority: AuthorityRef, count: number): Promise<Serial[]> {
  const taken: Serial[] = [];
  for (let i = 0; i < count; i++) taken.push(await source.take(authority));
  return taken;
}

function largest(serials: readonly Serial[]): bigint {
  return serials.reduce<bigint>((a, b) => (a > b ? a : b), 0n);
}

function smallest(serials: readonly Serial[]): bigint {
  return serials.reduce<bigint>((a, b) => (a < b ? a : b), 1n << 64n);
}
