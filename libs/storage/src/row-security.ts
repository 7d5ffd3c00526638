import type { ClientBase } from 'pg';
import { backupTables } from './backup-format.js';

/** Those of our tables that are there; a schema of before has fewer. */
export async function tablesThere(client: ClientBase): Promise<readonly string[]> {
  const { rows } = await client.query<{ name: string }>(
    `select name from unnest($1::text[]) as ours (name) where to_regclass('public.' || quote_ident(name)) is not null`,
    [[...backupTables]],
  );
  const there = new Set(rows.map(({ name }) => name));
  return backupTables.filter((table) => there.has(table));
}

/** Lets the owner read and write every organization's rows, also in tables that a migration has just made. */
export async function lift(client: ClientBase): Promise<void> {
  await client.query(security('no force', await tablesThere(client)));
}

export async function fence(client: ClientBase): Promise<void> {
  await client.query(security('force', backupTables));
}

function security(word: 'force' | 'no force', tables: readonly string[]): string {
  return tables
    .filter((table) => table !== 'installation')
    .map((table) => `alter table ${table} ${word} row level security`)
    .join('; ');
}
