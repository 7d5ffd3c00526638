import { PrismaPg } from '@prisma/adapter-pg';
import type { ClientConfig } from 'pg';
import { databaseError, isConflict } from './database-error.js';
import { PrismaClient, type Prisma } from './generated/client.js';

/** Queries inside one transaction that sees the organizations it was opened for. */
export type Scoped = Prisma.TransactionClient;

/** The database as the service's role sees it: nothing without a scope. */
export interface ScopedDatabase {
  /**
   * Runs `work` in one transaction that sees and may write rows of these organizations only (ids). What it resolves to
   * is committed durably; a rejection rolls back. Runs it again, up to three times in all, where the database ended the
   * transaction for the sake of another one (a deadlock), so it must not remember anything of its own. Rejects with what `work` rejects with, or with
   * `storage_unavailable`, `storage_full`.
   */
  within<T>(organizations: readonly string[], work: (queries: Scoped) => Promise<T>): Promise<T>;
  /** Outside any scope: organizations by handle, the installation, `writ_organization_by_name`. Rejects likewise. */
  unscoped<T>(work: (queries: Scoped) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export interface ScopedOptions {
  /** How to connect: as the service's role. */
  readonly connection: ClientConfig;
  /** Most connections at a time. */
  readonly connections?: number;
}

/** How often a transaction is tried that collides with others. */
const attempts = 3;

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Opens a pool of connections, made when first needed and made anew after they were lost. */
export function openScoped({ connection, connections = 10 }: ScopedOptions): ScopedDatabase {
  const adapter = new PrismaPg(
    {
      ...connection,
      max: connections,
      application_name: 'writ',
      connectionTimeoutMillis: 5_000,
      query_timeout: 20_000,
    },
    // Lost connections are told by the queries that meet them.
    { onPoolError: () => undefined, onConnectionError: () => undefined },
  );
  const client = new PrismaClient({ adapter });
  const limits = { maxWait: 5_000, timeout: 15_000 };

  return {
    async within(organizations, work) {
      if (!organizations.every((id) => uuid.test(id))) throw new TypeError('a scope is a list of UUIDs');
      const scope = organizations.join(',');
      for (let attempt = 1; ; attempt += 1) {
        try {
          return await client.$transaction(async (queries) => {
            await queries.$executeRaw`select set_config('writ.organizations', ${scope}, true)`;
            return work(queries);
          }, limits);
        } catch (error) {
          if (attempt === attempts || !isConflict(error)) throw databaseError(error);
        }
      }
    },
    async unscoped(work) {
      try {
        return await client.$transaction(work, limits);
      } catch (error) {
        throw databaseError(error);
      }
    },
    close: () => client.$disconnect(),
  };
}
