import { generateKeyPairSync } from 'node:crypto';
import { canaryKey } from '@writ/hosts';
import { fingerprint, publicKeyFromObject, type PublicKey } from '@writ/openssh/key';
import { decodeKrl, encodeKrl, isRevoked } from '@writ/openssh/krl';
import type { AuthorityRow, HighWaterMarks, KrlEntries, ScopedDatabase, Transaction } from '@writ/storage';
import { krlFault, type Added } from '../../src/revocations/krl-check.js';
import { krlContents } from '../../src/revocations/krl-contents.js';
import { krlShelf, noRevocations } from '../../src/trust/published-krl.js';

const handle = 'k3v9q2m7x1c8z5b4';
const key = () => publicKeyFromObject(generateKeyPairSync('ed25519').publicKey);

function authority(id: string): AuthorityRow {
  const publicKey = key();
  return {
    id,
    organizationId: 'o',
    kind: 'user',
    state: 'active',
    keyType: publicKey.type,
    publicKey: publicKey.blob,
    fingerprint: fingerprint(publicKey),
    maxValiditySeconds: 3600,
    createdAt: new Date(),
    believedUntil: null,
    epoch: 1n,
  };
}

/** As the database hands them over. */
function ranges(...pairs: readonly (readonly [bigint, bigint])[]): Uint8Array {
  const bytes = Buffer.alloc(16 * pairs.length);
  pairs.flat().forEach((serial, index) => bytes.writeBigUInt64BE(serial, 8 * index));
  return bytes;
}

const head = { organizationHandle: handle, version: 5n, generatedAt: 1_700_000_000n };
const authorities = [authority('a'), authority('b')];
const lost = key();
const named = (one: PublicKey) => ({ fingerprint: fingerprint(one), publicKey: one.blob });
const live: KrlEntries = {
  serials: [
    { authorityId: 'a', ranges: ranges([7n, 7n], [10n, 12n]) },
    { authorityId: 'b', ranges: ranges([3n, 3n]) },
  ],
  keys: [fingerprint(lost)],
};
const krl = decodeKrl(encodeKrl(krlContents(head, live, authorities)));

describe('what a KRL says', () => {
  it('is everything that is revoked: serials under their authority, keys, no key ids', () => {
    expect(krl.version).toBe(5n);
    expect(isRevoked(krl, lost)).toBe(true);
    expect(isRevoked(krl, key())).toBe(false);
    expect(isRevoked(krl, canaryKey(handle))).toBe(true);
    expect(krl.certificates.every(({ keyIds }) => keyIds.size === 0)).toBe(true);
    const fault = (authorityId: string, serial: bigint) =>
      krlFault(krl, authorities, { certificates: [{ authorityId, serial }], keys: [] });
    for (const serial of [7n, 10n, 11n, 12n]) expect(fault('a', serial)).toBeNull();
    expect(fault('b', 3n)).toBeNull();
    expect(fault('b', 7n)).toBe('serial 7 is missing');
    expect(fault('c', 7n)).toBe('the authority of serial 7 is unknown');
  });

  it('is held against what the database says has changed', () => {
    const nothing: KrlEntries = { serials: [], keys: [] };
    const none: Added = { certificates: [], keys: [] };
    const of = (authorityId: string, ...pairs: readonly (readonly [bigint, bigint])[]): KrlEntries => ({
      serials: [{ authorityId, ranges: ranges(...pairs) }],
      keys: [],
    });
    const fault = (added: KrlEntries, expired: KrlEntries, whose = authorities) =>
      krlFault(krl, whose, none, { added, expired });
    expect(fault(live, nothing)).toBeNull();
    expect(fault(of('a', [7n, 7n], [11n, 12n]), of('b', [4n, 9n]))).toBeNull();
    expect(fault(of('a', [7n, 8n]), nothing)).toBe('serial 8 is missing');
    expect(fault(of('c', [9n, 9n]), nothing, [...authorities, authority('c')])).toBe('serial 9 is missing');
    expect(fault(nothing, of('c', [9n, 9n]), [...authorities, authority('c')])).toBeNull();
    expect(fault(nothing, of('a', [12n, 20n]))).toBe('of serials 12 to 20 some have expired long ago');
    expect(fault(of('a', [12n, 12n]), of('a', [12n, 20n]))).toBeNull();
    expect(fault({ serials: [], keys: [fingerprint(key())] }, nothing)).toBe('a key is missing');
    const named = { serials: [], keys: [fingerprint(lost)] };
    expect(fault(nothing, named)).toBe('it revokes a key that is not revoked any more');
    expect(fault(named, named)).toBeNull();
  });

  it('is refused when a key is missing or an authority’s own key is in it', () => {
    expect(krlFault(krl, authorities, { certificates: [], keys: [named(lost)] })).toBeNull();
    expect(krlFault(krl, authorities, { certificates: [], keys: [named(key())] })).toBe('a key is missing');
    const unseen = (one: PublicKey) => ({ certificates: [], keys: [{ ...named(one), publicKey: null }] });
    expect(krlFault(krl, authorities, unseen(lost))).toBeNull();
    expect(krlFault(krl, authorities, unseen(key()))).toBe('a key is missing');
    const [first] = authorities;
    const contents = krlContents(head, { serials: [], keys: [first?.fingerprint ?? ''] }, authorities);
    const wrong = decodeKrl(encodeKrl(contents));
    const none = { certificates: [], keys: [] };
    expect(krlFault(wrong, authorities, none)).toBe('it revokes an authority');
    const revoked = authorities.map((each) =>
      each === first ? { ...each, state: 'revoked' as const, believedUntil: 0n } : each,
    );
    expect(krlFault(wrong, revoked, none)).toBeNull();
    expect(krlFault(krl, revoked, none)).toBe('it leaves an authority out');
  });
});

/** A store whose transactions end when they are told to, and that holds KRLs as they are put there. */
function fakeStore() {
  const rows: { version: bigint; bytes: Uint8Array; sha256: Uint8Array }[] = [];
  const reads = { version: 0, bytes: 0 };
  const gates: (() => void)[] = [];
  const tx = {
    krl: {
      findFirst({ select }: { select: { bytes?: true } }) {
        if (select.bytes === true) reads.bytes += 1;
        else reads.version += 1;
        return Promise.resolve(rows.at(-1) ?? null);
      },
    },
    $queryRaw: () => Promise.resolve([{ handle }]),
  } as unknown as Transaction;
  let gated = false;
  const store = {
    async within<T>(_: readonly string[], work: (queries: Transaction) => Promise<T>): Promise<T> {
      const answer = await work(tx);
      if (gated) await new Promise<void>((resolve) => gates.push(resolve));
      return answer;
    },
  } as unknown as ScopedDatabase;
  return {
    store,
    reads,
    publish: (version: bigint) =>
      rows.push({ version, bytes: Uint8Array.of(Number(version)), sha256: new Uint8Array(32) }),
    hold: () => void (gated = true),
    async release() {
      gated = false;
      for (const open of gates.splice(0)) open();
      await new Promise(setImmediate);
    },
  };
}

/** What was written down, newest last; with what stands in it already. */
function fakeHighWater(published = 0n) {
  const written: bigint[] = [];
  let mark = published;
  return {
    written,
    publishedKrl: () => mark,
    raise: ({ publishedKrls }: HighWaterMarks) => {
      mark = publishedKrls?.get('o') ?? mark;
      written.push(mark);
      return Promise.resolve();
    },
  };
}

describe('the KRLs kept in memory', () => {
  it('are written down, once each, before anybody is handed one', async () => {
    const { store, publish } = fakeStore();
    const highWater = fakeHighWater();
    let write = (): void => undefined;
    const writing = new Promise<void>((resolve) => (write = resolve));
    const slow = {
      ...highWater,
      raise: (marks: HighWaterMarks) => highWater.raise(marks).then(() => writing),
    };
    const shelf = krlShelf(store, slow);
    expect((await shelf.current('o')).version).toBe(0n);
    publish(1n);
    let handed = false;
    const asked = shelf.current('o').finally(() => (handed = true));
    await new Promise(setImmediate);
    expect([highWater.written, handed]).toEqual([[1n], false]);
    write();
    expect((await asked).version).toBe(1n);
    await shelf.current('o');
    expect(highWater.written).toEqual([1n]);
  });

  it('are handed out all the same where they cannot be written down', async () => {
    const { store, publish } = fakeStore();
    publish(1n);
    const full = { ...fakeHighWater(), raise: () => Promise.reject(new Error('full')) };
    expect((await krlShelf(store, full).current('o')).version).toBe(1n);
  });

  it('are not handed out where a later one was published than the database has', async () => {
    const { store, publish } = fakeStore();
    const shelf = krlShelf(store, fakeHighWater(2n));
    await expect(shelf.current('o')).rejects.toMatchObject({ code: 'database_put_back' });
    publish(1n);
    await expect(shelf.current('o')).rejects.toMatchObject({ code: 'database_put_back' });
    publish(2n);
    expect((await shelf.current('o')).version).toBe(2n);
  });

  it('are read once for each version, and empty before the first', async () => {
    const { store, publish, reads } = fakeStore();
    const shelf = krlShelf(store, fakeHighWater());
    const first = await shelf.current('o');
    expect(first).toEqual(noRevocations(handle));
    expect(isRevoked(decodeKrl(first.bytes), canaryKey(handle))).toBe(true);
    expect(first.version).toBe(0n);
    publish(1n);
    for (let n = 0; n < 3; n += 1) expect((await shelf.current('o')).version).toBe(1n);
    expect(reads).toEqual({ version: 4, bytes: 1 });
    publish(2n);
    expect((await shelf.current('o')).version).toBe(2n);
    expect(reads.bytes).toBe(2);
  });

  it('never answer a request with what was read before it, and read for many at once', async () => {
    const { store, publish, reads, hold, release } = fakeStore();
    const shelf = krlShelf(store, fakeHighWater());
    publish(1n);
    hold();
    const first = shelf.current('o');
    await new Promise(setImmediate);
    publish(2n);
    const later = [shelf.current('o'), shelf.current('o'), shelf.current('o')];
    await release();
    expect((await first).version).toBe(1n);
    expect((await Promise.all(later)).map(({ version }) => version)).toEqual([2n, 2n, 2n]);
    expect(reads.version).toBe(2);
  });

  it('go on after a question that failed', async () => {
    const { store, publish } = fakeStore();
    publish(1n);
    let broken = true;
    const breaking: ScopedDatabase = {
      ...store,
      within: (organizations, work) =>
        broken ? Promise.reject(new Error('gone')) : store.within(organizations, work),
    };
    const shelf = krlShelf(breaking, fakeHighWater());
    const both = [shelf.current('o'), shelf.current('o')];
    expect((await Promise.allSettled(both)).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    broken = false;
    expect((await shelf.current('o')).version).toBe(1n);
  });
});
