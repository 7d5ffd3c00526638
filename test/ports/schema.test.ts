import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'pg';
import { backupTables, migrationsDirectory, openScoped, type Database } from '@writ/storage';
import { startTestPostgres, type TestPostgres } from '@writ/testkit';

interface Column {
  readonly name: string;
  readonly type: string;
  readonly nullable: boolean;
  readonly fallback: string;
}
interface Table {
  readonly columns: readonly Column[];
  /** 'primary a,b', 'unique a', 'plain a,b' */
  readonly indexes: readonly string[];
}

const types: Record<string, string> = {
  String: 'text',
  Boolean: 'boolean',
  Int: 'integer',
  BigInt: 'bigint',
  Json: 'jsonb',
  Bytes: 'bytea',
  DateTime: 'timestamp(3)',
};
const natives: Record<string, string> = {
  '@db.Uuid': 'uuid',
  '@db.Timestamptz(3)': 'timestamp(3) with time zone',
};

/** Reads the part of Prisma's language that schema.prisma uses. */
function parseSchema(text: string): Map<string, Table> {
  const tables = new Map<string, Table>();
  for (const [, body = ''] of text.matchAll(/^model \w+ \{\n([\s\S]*?)^\}/gm)) {
    const lines = body
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '' && !line.startsWith('//'));
    const columnOf = new Map<string, string>();
    const columns: Column[] = [];
    const indexes: string[] = [];
    let table = '';
    for (const line of lines) {
      const block = /^@@(\w+)\((?:\[(.*?)\]|"(.*?)")\)/.exec(line);
      if (block !== null) {
        const names = (block[2] ?? '')
          .split(',')
          .map((name) => columnOf.get(name.trim()) ?? '?')
          .join(',');
        if (block[1] === 'map') table = block[3] ?? '';
        else
          indexes.push(
            `${{ id: 'primary', unique: 'unique', index: 'plain' }[block[1] ?? ''] ?? '?'} ${names}`,
          );
        continue;
      }
      const [, field = '', type = '', list, optional, rest = ''] =
        /^(\w+)\s+(\w+)(\[\])?(\?)?\s*(.*)$/.exec(line) ?? [];
      const name = /@map\("(.*?)"\)/.exec(rest)?.[1] ?? field;
      columnOf.set(field, name);
      if (/@id\b/.test(rest)) indexes.push(`primary ${name}`);
      if (/@unique\b/.test(rest)) indexes.push(`unique ${name}`);
      const native = Object.entries(natives).find(([word]) => rest.includes(word))?.[1];
      columns.push({
        name,
        type: `${native ?? types[type] ?? type}${list === undefined ? '' : '[]'}`,
        nullable: optional !== undefined || list !== undefined,
        fallback: fallback(/@default\((.*?)\)(?= @|$)/.exec(rest)?.[1]),
      });
    }
    tables.set(table, { columns, indexes: indexes.sort() });
  }
  return tables;
}

/** A default as PostgreSQL shows it; `uuid()` is made by the client. */
function fallback(text: string | undefined): string {
  if (text === undefined || text === 'uuid()') return '';
  if (text === 'now()') return 'CURRENT_TIMESTAMP';
  if (text === 'autoincrement()') return `nextval('events_id_seq'::regclass)`;
  const generated = /^dbgenerated\("(.*)"\)$/.exec(text)?.[1];
  if (generated !== undefined) return generated;
  const quoted = /^"(.*)"$/.exec(text)?.[1];
  return quoted === undefined ? text : `'${quoted}'`;
}

async function readDatabase(client: Client): Promise<Map<string, Table>> {
  const columns = await client.query<Column & { table: string }>(
    `select c.relname as table, attname as name, format_type(atttypid, atttypmod) as type, not attnotnull as nullable,
       regexp_replace(coalesce(pg_get_expr(adbin, adrelid), ''), '::(text|jsonb)$', '') as fallback
     from pg_attribute a join pg_class c on c.oid = attrelid left join pg_attrdef on adrelid = attrelid and adnum = attnum
     where relnamespace = 'public'::regnamespace and relkind = 'r' and relname <> '_prisma_migrations'
       and attnum > 0 and not attisdropped order by relname, attnum`,
  );
  const indexes = await client.query<{ table: string; index: string }>(
    `select t.relname as table, case when indisprimary then 'primary ' when indisunique then 'unique ' else 'plain ' end
       || (select string_agg(attname, ',' order by place) from unnest(indkey) with ordinality as k (number, place)
           join pg_attribute on attrelid = indrelid and attnum = number) as index
     from pg_index join pg_class t on t.oid = indrelid where relnamespace = 'public'::regnamespace
       and relname <> '_prisma_migrations' and indpred is null`,
  );
  const tables = new Map<string, { columns: Column[]; indexes: string[] }>();
  for (const { table, ...column } of columns.rows) {
    if (!tables.has(table)) tables.set(table, { columns: [], indexes: [] });
    tables.get(table)?.columns.push(column);
  }
  for (const { table, index } of indexes.rows) tables.get(table)?.indexes.push(index);
  for (const { indexes: list } of tables.values()) list.sort();
  return tables;
}

describe('the migrated database', () => {
  let server: TestPostgres;
  let database: Database;
  let owner: Client;
  beforeAll(async () => {
    server = await startTestPostgres();
    database = await server.database();
    owner = new Client(database.connection('owner'));
    await owner.connect();
  });
  afterAll(async () => {
    await owner.end();
    await server.stop();
  });

  it('is what prisma/schema.prisma says: tables, columns, types, defaults, keys and indexes', async () => {
    const said = parseSchema(await readFile(join(migrationsDirectory(), '..', 'schema.prisma'), 'utf8'));
    const there = await readDatabase(owner);
    expect([...there.keys()].sort()).toEqual([...said.keys()].sort());
    for (const [name, table] of said) expect([name, there.get(name)]).toEqual([name, table]);
  });

  it('answers a query of every model through the Prisma client', async () => {
    const scoped = openScoped({ connection: database.connection('app'), connections: 1 });
    try {
      await scoped.unscoped(async (queries) => {
        const models = Object.entries(queries).filter(
          ([name, value]) =>
            !/^[$_]/.test(name) && typeof value === 'object' && value !== null && 'findMany' in value,
        );
        expect(models.length).toBe(backupTables.length);
        for (const [, model] of models)
          expect(await (model as unknown as { findMany(): Promise<unknown[]> }).findMany()).toEqual([]);
      });
    } finally {
      await scoped.close();
    }
  });

  it.each([
    ['an empty principal list', `update certificates set principals = '{}'`],
    ['no principal list', `update certificates set principals = null`],
    ['a serial of 0', `update certificates set serial = 0`],
    ['a window that ends before it begins', `update certificates set valid_before = valid_after`],
    ['a user certificate without a role', `update certificates set role_id = null`],
    ['a second provider', `update organization_profiles set kind = 'provider'`],
    ['a serial revocation without an authority', `update revocations set authority_id = null`],
    ['a serial range turned round', `update revocations set serial_from = 9`],
    ['a confirmation of nobody', `update invitations set used_at = now(), confirmed_at = now()`],
    [
      'a confirmation of what nobody used',
      `update invitations set confirmed_at = now(), confirmed_by_id = user_id`,
    ],
  ])('refuses %s', async (_, sql) => {
    const { insertSampleRows } = await import('./sample-rows.js');
    await owner.query('begin');
    try {
      await insertSampleRows(owner, 'provider');
      await insertSampleRows(owner, 'customer');
      await expect(owner.query(sql)).rejects.toMatchObject({
        code: expect.stringMatching(/^23(514|505)$/) as string,
      });
    } finally {
      await owner.query('rollback');
    }
  });
});
