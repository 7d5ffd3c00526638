import type { CertificateRecord, Recorded, Recorder } from '@writ/issuance';

/** A recorder, and hands on what lies behind it. */
export interface RecorderUnderTest {
  readonly recorder: Recorder;
  /** A record that can be recorded as it is: a new serial, every epoch in `seen` (at least two) as it stands. Of a new organization when asked. */
  record(options?: { readonly anotherOrganization?: boolean }): Promise<CertificateRecord>;
  /** Raises the epoch of `id`, as whatever changes what a decision would say does. Resolves when it is committed. */
  raise(id: string): Promise<void>;
  /** The record with that serial as it was kept, or null. */
  stored(authorityId: string, serial: bigint): Promise<StoredRecord | null>;
  close(): Promise<void>;
}

const keptMembers = [
  'organizationId',
  'authorityId',
  'serial',
  'certificateType',
  'keyId',
  'validPrincipals',
  'validAfter',
  'validBefore',
  'publicKeyFingerprint',
  'userId',
  'roleId',
  'sessionId',
  'certificate',
  'issuedAt',
] as const satisfies readonly (keyof CertificateRecord)[];

/** What has to come back as it was recorded. */
export type StoredRecord = Pick<CertificateRecord, (typeof keptMembers)[number]>;

const anId = (digit: string): string => `00000000-0000-4000-8000-00000000000${digit}`;
const unknownId = anId('0');
const requestDigest = new Uint8Array(32).fill(7);

/** Registers the tests that every Recorder passes. */
export function recorderContract(name: string, open: () => Promise<RecorderUnderTest>): void {
  describe(`${name} is a Recorder`, () => {
    let subject: RecorderUnderTest;
    beforeAll(async () => {
      subject = await open();
    });
    afterAll(() => subject.close());

    const isStored = async ({ authorityId, serial }: CertificateRecord): Promise<boolean> =>
      (await subject.stored(authorityId, serial)) !== null;
    const record = (each: CertificateRecord): Promise<Recorded> => subject.recorder.record(each);

    it('keeps everything that a record says', async () => {
      const given = await subject.record();
      expect(await record(given)).toEqual({ outcome: 'recorded' });
      expect(asText(await subject.stored(given.authorityId, given.serial))).toBe(asText(given));
    });

    it('keeps nothing when something has changed since, and says what', async () => {
      const given = await subject.record();
      const changed = given.seen[1]?.id ?? '';
      await subject.raise(changed);
      expect(await record(given)).toEqual({ outcome: 'stale', changed: [changed] });
      expect(await isStored(given)).toBe(false);
    });

    it('names everything that has changed', async () => {
      const given = await subject.record();
      const ids = given.seen.slice(0, 2).map(({ id }) => id);
      for (const id of ids) await subject.raise(id);
      const recorded = await record(given);
      expect(recorded).toMatchObject({ outcome: 'stale' });
      expect(recorded.outcome === 'stale' ? [...recorded.changed].sort() : []).toEqual([...ids].sort());
    });

    it('takes an epoch from the future for a change, too', async () => {
      const given = await subject.record();
      const seen = given.seen.map((each) => ({ ...each, epoch: each.epoch + 1n }));
      expect(await record({ ...given, seen })).toMatchObject({ outcome: 'stale' });
      expect(await isStored(given)).toBe(false);
    });

    it('takes what is gone, or never was, for a change', async () => {
      const given = await subject.record();
      const recorded = await record({ ...given, seen: [...given.seen, { id: unknownId, epoch: 1n }] });
      expect(recorded).toEqual({ outcome: 'stale', changed: [unknownId] });
      expect(await isStored(given)).toBe(false);
    });

    it('records many at once, and of these all but the stale ones', async () => {
      const fresh: CertificateRecord[] = [];
      const stale: CertificateRecord[] = [];
      for (let i = 0; i < 64; i++) {
        const given = await subject.record();
        if (i % 4 === 0) stale.push({ ...given, seen: [...given.seen, { id: unknownId, epoch: 1n }] });
        else fresh.push(given);
      }
      const [kept, refused] = await Promise.all([
        Promise.all(fresh.map(record)),
        Promise.all(stale.map(record)),
      ]);
      expect(kept.every(({ outcome }) => outcome === 'recorded')).toBe(true);
      expect(refused.every(({ outcome }) => outcome === 'stale')).toBe(true);
      for (const each of fresh) expect(await isStored(each)).toBe(true);
      for (const each of stale) expect(await isStored(each)).toBe(false);
    });

    it('records several organizations at once, each under its own', async () => {
      const given = [await subject.record(), await subject.record({ anotherOrganization: true })];
      expect(given[0]?.organizationId).not.toBe(given[1]?.organizationId);
      expect(await Promise.all(given.map(record))).toEqual([
        { outcome: 'recorded' },
        { outcome: 'recorded' },
      ]);
      for (const each of given) {
        const stored = await subject.stored(each.authorityId, each.serial);
        expect(stored?.organizationId).toBe(each.organizationId);
      }
    });

    it('never records a serial twice, and keeps the first', async () => {
      const first = await subject.record();
      const second = { ...(await subject.record()), serial: first.serial, authorityId: first.authorityId };
      const bystander = await subject.record();
      await record(first);
      const [again, beside] = await Promise.allSettled([record(second), record(bystander)]);
      expect(again.status === 'fulfilled' && again.value.outcome === 'recorded').toBe(false);
      expect(beside).toMatchObject({ status: 'fulfilled', value: { outcome: 'recorded' } });
      const stored = await subject.stored(first.authorityId, first.serial);
      expect(Buffer.compare(stored?.certificate ?? Buffer.of(), first.certificate)).toBe(0);
    });

    it('records once under an Idempotency-Key, also when two come at once', async () => {
      const idempotency = { key: 'once', requestDigest };
      const one = { ...(await subject.record()), idempotency };
      const two = { ...(await subject.record()), userId: one.userId, idempotency };
      const outcomes = (await Promise.all([record(one), record(two)])).map(({ outcome }) => outcome);
      expect([...outcomes].sort()).toEqual(['duplicate', 'recorded']);
      expect([await isStored(one), await isStored(two)].filter((each) => each)).toHaveLength(1);
      const late = { ...(await subject.record()), userId: one.userId, idempotency };
      expect(await record(late)).toEqual({ outcome: 'duplicate' });
      expect(await isStored(late)).toBe(false);
    });

    it('keeps the Idempotency-Keys of callers apart', async () => {
      const idempotency = { key: 'own', requestDigest };
      const one = { ...(await subject.record()), userId: anId('a'), idempotency };
      const two = { ...(await subject.record()), userId: anId('b'), idempotency };
      expect(await Promise.all([record(one), record(two)])).toEqual([
        { outcome: 'recorded' },
        { outcome: 'recorded' },
      ]);
    });

    it('keeps the Idempotency-Keys of organizations apart', async () => {
      const idempotency = { key: 'shared', requestDigest };
      const one = { ...(await subject.record()), idempotency };
      const two = { ...(await subject.record({ anotherOrganization: true })), idempotency };
      expect(await Promise.all([record(one), record(two)])).toEqual([
        { outcome: 'recorded' },
        { outcome: 'recorded' },
      ]);
    });

    it('leaves the Idempotency-Key of a stale record free', async () => {
      const idempotency = { key: 'freed', requestDigest };
      const given = { ...(await subject.record()), idempotency };
      const stale = { ...given, seen: [...given.seen, { id: unknownId, epoch: 1n }] };
      expect(await record(stale)).toMatchObject({ outcome: 'stale' });
      expect(await record(given)).toEqual({ outcome: 'recorded' });
    });
  });
}

/** Comparable text, bytes in hexadecimal. */
function asText(record: StoredRecord | null): string {
  return keptMembers
    .map((member) => record?.[member])
    .map((value) => (value instanceof Uint8Array ? Buffer.from(value).toString('hex') : String(value)))
    .map((text, i) => `${keptMembers[i]}: ${text}`)
    .join('\n');
}
