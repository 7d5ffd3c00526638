import { CodedError } from '@writ/kernel';
import { availabilityCode, databaseError, isConflict } from '../src/database-error.js';
import { fileError, isFileError } from '../src/system-error.js';

function withCode(code: string, more: object = {}): Error {
  return Object.assign(new Error('what the driver said'), { code }, more);
}

describe('errors of the database', () => {
  it.each([
    '57P01',
    '57P02',
    '57P03',
    '57P05',
    '57014',
    '08006',
    '08P01',
    '53300',
    '53200',
    '25006',
    '55P03',
    '40P01',
    '40001',
    'P2034',
    '58030',
    'ECONNREFUSED',
    'ECONNRESET',
    'EPIPE',
    'P1001',
    'P1017',
    'P2024',
    'P2028',
  ])('%s means that it is not there', (code) => {
    expect(databaseError(withCode(code))).toMatchObject({ code: 'storage_unavailable', cause: { code } });
  });

  it.each(['53100', 'ENOSPC', 'EDQUOT'])('%s means that it is full', (code) => {
    expect(databaseError(withCode(code))).toMatchObject({ code: 'storage_full' });
  });

  it.each(['23505', '42501', '22P02', 'P2002', 'P2025', 'ENOENT', ''])(
    '%s is none of these and stays what it is',
    (code) => {
      const error = withCode(code);
      expect(databaseError(error)).toBe(error);
    },
  );

  it.each([
    'Connection terminated unexpectedly',
    'Connection terminated due to connection timeout',
    'timeout exceeded when trying to connect',
    'Query read timeout',
    'Client was closed and is not queryable',
  ])('knows the driver by its words: %s', (message) =>
    expect(availabilityCode(new Error(message))).toBe('storage_unavailable'),
  );

  it('knows a socket that is not there', () => {
    expect(availabilityCode(withCode('ENOENT', { syscall: 'connect' }))).toBe('storage_unavailable');
    expect(availabilityCode(withCode('EACCES', { syscall: 'connect' }))).toBe('storage_unavailable');
    expect(availabilityCode(withCode('ENOENT', { syscall: 'open' }))).toBeUndefined();
  });

  it("looks into Prisma's errors", () => {
    const inner = Object.assign(new Error('x'), { cause: { originalCode: '53100' } });
    expect(availabilityCode(withCode('P2010', { meta: { driverAdapterError: inner } }))).toBe('storage_full');
    expect(availabilityCode(new Error('x', { cause: new Error('y', { cause: withCode('57P01') }) }))).toBe(
      'storage_unavailable',
    );
    expect(availabilityCode('text')).toBeUndefined();
    expect(availabilityCode(null)).toBeUndefined();
  });

  // What Prisma makes of a raw query: always P2010, and the adapter's own word for what happened.
  const ofRawQuery = (kind: string): Error =>
    withCode('P2010', { meta: { driverAdapterError: Object.assign(new Error(kind), { cause: { kind } }) } });

  it.each(['ConnectionClosed', 'DatabaseNotReachable', 'SocketTimeout', 'TransactionAlreadyClosed'])(
    'knows %s of a raw query',
    (kind) => expect(databaseError(ofRawQuery(kind))).toMatchObject({ code: 'storage_unavailable' }),
  );

  it('tells other kinds of a raw query from these', () => {
    expect(isConflict(ofRawQuery('TransactionWriteConflict'))).toBe(true);
    expect(isConflict(ofRawQuery('ConnectionClosed'))).toBe(false);
    expect(availabilityCode(ofRawQuery('UniqueConstraintViolation'))).toBeUndefined();
  });

  it('leaves a coded error alone', () => {
    const error = new CodedError('other', 'Connection terminated');
    expect(databaseError(error)).toBe(error);
  });
});

describe('errors of files', () => {
  it('are a full disk or an unusable path', () => {
    expect(fileError(withCode('ENOSPC'), '/x')).toMatchObject({
      code: 'storage_full',
      details: { path: '/x' },
    });
    expect(fileError(withCode('EDQUOT'), '/x')).toMatchObject({ code: 'storage_full' });
    expect(fileError(withCode('EROFS'), '/x')).toMatchObject({
      code: 'state_dir_unusable',
      details: { path: '/x', reason: 'EROFS' },
    });
    expect(fileError(new Error('odd'), '/x').message).toContain('odd');
  });

  it('are told from those of connections', () => {
    expect(isFileError(withCode('ENOENT', { syscall: 'open' }))).toBe(true);
    expect(isFileError(withCode('ENOENT', { syscall: 'connect' }))).toBe(false);
    expect(isFileError(withCode('ECONNRESET', { syscall: 'read' }))).toBe(false);
    expect(isFileError(withCode('23505'))).toBe(false);
  });
});
