import type { CertificateRecord, Recorded } from '@writ/issuance';
import { Client, type ClientConfig } from 'pg';
import { batchParameters, recordStatement, type StaleRow } from './record-statement.js';
import { errorCode } from './system-error.js';

/** One connection of the recorder. It is made when first needed and again after it was lost. */
export interface Lane {
  /**
   * Records a batch in one commit. Rejects as `pg` does; then nothing of it counts as recorded, although a commit
   * whose answer was lost may stand.
   */
  record(batch: readonly CertificateRecord[]): Promise<readonly Recorded[]>;
  close(): Promise<void>;
}

/**
 * Session settings: a commit is answered when it is on disk, whatever the server's default, and nobody's open
 * transaction holds up a batch for long.
 */
const sessionSettings = `set synchronous_commit = on; set lock_timeout = '5s'; set statement_timeout = '20s'`;

/** Prepares a lane; no connection is made yet. */
export function recordLane(connection: ClientConfig): Lane {
  let current: Promise<Client> | undefined;

  const drop = async (client: Promise<Client>): Promise<void> => {
    if (current === client) current = undefined;
    await client.then((it) => it.end()).catch(() => undefined);
  };
  const connect = (): Promise<Client> => {
    const opening = open(connection, () => void drop(opening));
    return opening;
  };

  return {
    async record(batch) {
      const client = (current ??= connect());
      try {
        const { rows } = await (
          await client
        ).query<StaleRow>({
          name: 'writ-record',
          text: recordStatement,
          values: batchParameters(batch),
        });
        return outcomes(batch.length, rows);
      } catch (error) {
        // A five-character code is the server's: the statement was refused and the session goes on.
        if (!/^[0-9A-Z]{5}$/.test(errorCode(error)) || /^(57P|08)/.test(errorCode(error))) void drop(client);
        throw error;
      }
    },
    async close() {
      if (current !== undefined) await drop(current);
    },
  };
}

async function open(connection: ClientConfig, lost: () => void): Promise<Client> {
  const client = new Client({
    ...connection,
    application_name: 'writ recorder',
    connectionTimeoutMillis: 5_000,
    // Longer than the server's own limit: it speaks first unless it is gone.
    query_timeout: 30_000,
    keepAlive: true,
  });
  client.on('error', lost);
  client.on('end', lost);
  try {
    await client.connect();
    await client.query(sessionSettings);
    return client;
  } catch (error) {
    client.end().catch(() => undefined);
    throw error;
  }
}

function outcomes(count: number, stale: readonly StaleRow[]): readonly Recorded[] {
  const all = Array.from({ length: count }, (): Recorded => ({ outcome: 'recorded' }));
  for (const { n, changed } of stale) all[n] = { outcome: 'stale', changed };
  return all;
}
