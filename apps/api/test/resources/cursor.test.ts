import { isCodedError } from '@writ/kernel';
import fc from 'fast-check';
import { cursorAt, part, placeAt } from '../../src/paging/cursor.js';
import { pageOf } from '../../src/paging/page.js';

const refused = (cursor: string) => {
  try {
    placeAt('events', cursor, [part.number, part.number]);
    return false;
  } catch (error) {
    return isCodedError(error, 'cursor_invalid');
  }
};

describe('cursors', () => {
  it('name the place they were made for', () => {
    fc.assert(
      fc.property(fc.bigInt(0n, (1n << 63n) - 1n), fc.bigInt(0n, (1n << 63n) - 1n), (a, b) => {
        const cursor = cursorAt('events', [a.toString(), b.toString()]);
        expect(placeAt('events', cursor, [part.number, part.number])).toEqual([a, b]);
      }),
      { seed: 1 },
    );
  });

  it('are no cursors in any other spelling, of any other list, or with other parts', () => {
    expect(placeAt('events', undefined, [part.number])).toBeNull();
    for (const cursor of [
      '',
      'e30',
      cursorAt('roles', ['1', '2']),
      cursorAt('events', ['1']),
      cursorAt('events', ['1', '2', '3']),
      cursorAt('events', ['01', '2']),
      cursorAt('events', ['-1', '2']),
      cursorAt('events', ['9223372036854775808', '2']),
      `${cursorAt('events', ['1', '2'])}=`,
      ` ${cursorAt('events', ['1', '2'])}`,
      Buffer.from('["events", "1", "2"]').toString('base64url'),
      Buffer.from('["events",1,2]').toString('base64url'),
    ]) {
      expect([cursor, refused(cursor)]).toEqual([cursor, true]);
    }
  });

  it('whatever text comes, are read or refused', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 100 }), (text) => expect(refused(text)).toBe(true)),
      { seed: 2 },
    );
  });

  it('have strict parts', () => {
    expect(part.instant('2026-01-02T03:04:05.006Z')).toEqual(new Date('2026-01-02T03:04:05.006Z'));
    for (const text of ['2026-01-02', '2026-13-01T00:00:00.000Z', '1969-12-31T23:59:59.999Z', '', 'x']) {
      expect(part.instant(text)).toBeUndefined();
    }
    expect(part.uuid('not-a-uuid')).toBeUndefined();
    expect(part.name('ANA')).toBeUndefined();
    expect(part.fingerprint('MD5:aa')).toBeUndefined();
  });
});

describe('pages', () => {
  it('end where the rows end', () => {
    const page = (rows: number[], limit: number) => pageOf(rows, limit, String, (row) => row);
    expect(page([], 2)).toEqual({ items: [], next: null });
    expect(page([1, 2], 2)).toEqual({ items: [1, 2], next: null });
    expect(page([1, 2, 3], 2)).toEqual({ items: [1, 2], next: '2' });
  });
});
