import { createHash } from 'node:crypto';
import { accessSql } from '../src/access.js';
import { firstBlockSize, nextBlockSize } from '../src/block-size.js';
import { pendingMigrations } from '../src/migrate.js';
import { socketPathFits } from '../src/postgres/home.js';
import { startError, willPass } from '../src/postgres/start-error.js';
import { nextSerial, nextSerialColumn } from '../src/reserve-serials.js';
import { createRoleSql } from '../src/roles.js';
import { scramVerifier } from '../src/scram.js';

describe('SCRAM-SHA-256 verifier', () => {
  it("is what RFC 7677's example computes", () => {
    // §3: user 'user', password 'pencil', salt W22ZaJ0SNY7soEsUEjb6gQ==, 4096 iterations; the server signature of that
    // exchange is made with ServerKey, the client's proof is checked against StoredKey.
    const verifier = scramVerifier('pencil', Buffer.from('W22ZaJ0SNY7soEsUEjb6gQ==', 'base64'));
    expect(verifier).toBe(
      'SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=',
    );
  });

  it('keeps the password out of the statement that makes a role', () => {
    expect(createRoleSql({ name: 'a"b', password: 'the-password' })).not.toContain('the-password');
    expect(createRoleSql({ name: 'a"b', password: 'x' })).toContain('create role "a""b" login nosuperuser');
  });
});

describe('block sizes', () => {
  it('double under load up to 1024 and fall back when it is quiet', () => {
    const sizes = [firstBlockSize];
    for (let i = 0; i < 8; i++) sizes.push(nextBlockSize(sizes.at(-1) ?? 0n, 10));
    expect(sizes).toEqual([16n, 32n, 64n, 128n, 256n, 512n, 1024n, 1024n, 1024n]);
    expect(nextBlockSize(64n, 5_000)).toBe(64n);
    expect(nextBlockSize(64n, 60_000)).toBe(32n);
    expect(nextBlockSize(16n, 60_000)).toBe(16n);
  });
});

describe('the column of the next serial', () => {
  it('says 0 for what would follow the last serial', () => {
    for (const next of [1n, 17n, (1n << 63n) - 1n, 1n << 63n])
      expect(nextSerial(nextSerialColumn(next))).toBe(next);
    expect(nextSerialColumn(1n << 63n)).toBe('0');
  });
});

function codeOf(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return (error as { code?: unknown }).code;
  }
}

describe('pending migrations', () => {
  const migration = (name: string): { name: string; sql: string; checksum: string } => ({
    name,
    sql: name,
    checksum: createHash('sha256').update(name).digest('hex'),
  });
  const [a, b] = [migration('a'), migration('b')];
  const applied = (
    one: typeof a,
    finished = true,
  ): { migration_name: string; checksum: string; finished: boolean } => ({
    migration_name: one.name,
    checksum: one.checksum,
    finished,
  });

  it('are those that the record lacks', () => {
    expect(pendingMigrations([a, b], [])).toEqual([a, b]);
    expect(pendingMigrations([a, b], [applied(a)])).toEqual([b]);
    expect(pendingMigrations([a, b], [applied(b), applied(a)])).toEqual([]);
  });

  it('are none to begin with where the record is not ours', () => {
    expect(codeOf(() => pendingMigrations([a], [applied(a), applied(b)]))).toBe('schema_newer');
    expect(codeOf(() => pendingMigrations([a], [{ ...applied(a), checksum: '00' }]))).toBe('schema_changed');
    expect(codeOf(() => pendingMigrations([a], [applied(a, false)]))).toBe('migration_failed');
  });
});

describe('why a server did not start', () => {
  it.each([
    ['storage_full', 'FATAL:  could not write to file "pg_wal/xlogtemp.1": No space left on device'],
    ['postgres_version_mismatch', 'FATAL:  database files are incompatible with server'],
    ['state_dir_unusable', 'FATAL:  data directory "/x" has wrong ownership'],
    ['postgres_start_failed', 'LOG:  starting\nFATAL:  something new\nLOG:  database system is shut down'],
    ['postgres_start_failed', ''],
  ])('is %s when it says: %s', (code, words) => {
    expect(startError('/x', 'exit status 1', words)).toMatchObject({
      code,
      details: { path: '/x', exit: 'exit status 1' },
    });
  });

  it('is given in the words of its last error', () => {
    expect(startError('/x', 'SIGSEGV', 'LOG:  a\nFATAL:  because\nLOG:  z').message).toContain(
      'FATAL:  because',
    );
  });

  it('passes by itself while an old server ends', () => {
    expect(willPass('FATAL:  pre-existing shared memory block (key 1, ID 2) is still in use')).toBe(true);
    expect(willPass('FATAL:  lock file "postmaster.pid" already exists')).toBe(true);
    expect(willPass('FATAL:  something new')).toBe(false);
  });
});

describe('socket directories', () => {
  it('fit when every system takes their address', () => {
    expect(socketPathFits(`/${'x'.repeat(88)}`)).toBe(true);
    expect(socketPathFits(`/${'x'.repeat(89)}`)).toBe(false);
    expect(socketPathFits(`/${'ä'.repeat(44)}`)).toBe(true);
    expect(socketPathFits(`/${'ä'.repeat(45)}`)).toBe(false);
  });
});

describe('access', () => {
  it('quotes every name and never grants everything', () => {
    const sql = accessSql({ owner: 'o"o', app: 'a;drop', recorder: 'r r' }).join('\n');
    expect(sql).toContain('"o""o"');
    expect(sql).toContain('"a;drop"');
    expect(sql).not.toMatch(/grant all|truncate/i);
  });
});
