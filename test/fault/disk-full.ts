// A program: the database's disk fills up under load, and has room again. Run in a small filesystem of its own (see
// small-filesystem.ts); prints one JSON line.
import { closeSync, fsyncSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Client } from 'pg';
import { setTimeout as delay } from 'node:timers/promises';
import { askDatabase, withDatabase } from '../service/database.js';
import { makeInstallation, type Installation } from '../service/installation.js';
import { firstPerson, type Person } from '../service/person.js';
import { startService, type ServiceProcess } from '../service/service.js';
import { ask } from './clients.js';
import { missingFrom } from './in-database.js';
import { Received } from './received.js';

export interface DiskFullReport {
  /** Codes answered while there was no room, each once. */
  readonly codes: readonly string[];
  readonly statuses: readonly number[];
  /** The same process issued again once there was room. */
  readonly recovered: boolean;
  readonly received: number;
  readonly wrong: readonly string[];
}

/** Makes the disk full; resolves with what makes room again. */
type Fill = (installation: Installation) => Promise<() => Promise<void>>;

/** Writes until nothing more fits; returns what makes room again. */
function fill(directory: string): () => Promise<void> {
  const path = join(directory, 'filler');
  const file = openSync(path, 'w');
  for (let size = 1 << 20; size >= 512; size >>= 1) {
    const chunk = Buffer.alloc(size, 1);
    try {
      for (;;) writeSync(file, chunk);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    }
  }
  fsyncSync(file);
  closeSync(file);
  return () => Promise.resolve(rmSync(path));
}

/** Goes on to the next of the files of 16 MB that PostgreSQL's log is made of, which is then made. */
const nextLogFile = `select pg_switch_wal(), pg_logical_emit_message(true, 'writ test', 'x')`;

/** What there is no room for. */
export type Lacking = 'data' | 'log';

/**
 * Goes through the log files that stand ready, for a checkpoint may have made some, until one cannot be made: that ends the
 * server, and with it this connection.
 */
async function useUpLog(client: Pick<Client, 'query'>): Promise<void> {
  for (let files = 0; files < 20; files += 1) {
    try {
      await client.query(nextLogFile);
    } catch {
      return;
    }
  }
  throw new Error('the log always finds room for another file');
}

/**
 * No room for data: there is a log file with all of its 16 MB still to be written. No room for the log: PostgreSQL needs
 * the next log file, and cannot have it.
 */
function fillUntil(lacking: Lacking, directory: string): Fill {
  return (installation) =>
    withDatabase(installation, async (client) => {
      if (lacking === 'data') await client.query(nextLogFile);
      const makeRoom = fill(directory);
      if (lacking === 'log') await useUpLog(client);
      return makeRoom;
    });
}

/** Where no small filesystem can be had: the database refuses new certificates with PostgreSQL's own code for it. */
const refuseInserts: Fill = async (installation) => {
  await askDatabase(
    installation,
    `create function writ_test_full() returns trigger language plpgsql as
     $$ begin raise exception 'could not extend file: No space left on device' using errcode = 'disk_full'; end $$`,
  );
  await askDatabase(
    installation,
    'create trigger writ_test_full before insert on certificates for each row execute function writ_test_full()',
  );
  return async () => {
    await askDatabase(installation, 'drop trigger writ_test_full on certificates');
  };
};

async function untilFull(service: ServiceProcess, who: Person, received: Received): Promise<Set<string>> {
  const statuses = new Set<string>();
  const deadline = Date.now() + 60_000;
  // A page that is begun still takes certificates: full is when twenty in a row were refused.
  for (let refused = 0; refused < 20 && Date.now() < deadline;) {
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask(service.url, who)));
    for (const answer of answers) {
      if (answer.status === null) received.wrong.push('a connection ended');
      else if (answer.certificate !== null) {
        received.add(answer.certificate);
        refused = 0;
      } else {
        refused += 1;
        statuses.add(`${answer.status} ${answer.code ?? ''}`);
      }
    }
  }
  return statuses;
}

async function untilIssued(service: ServiceProcess, who: Person, received: Received): Promise<boolean> {
  const deadline = Date.now() + 60_000;
  while (Date.now() < deadline) {
    const answer = await ask(service.url, who);
    if (answer.status !== null && answer.certificate !== null) {
      received.add(answer.certificate);
      return true;
    }
    await delay(50);
  }
  return false;
}

/** @param small an empty, small filesystem, and what of it is to lack; without one PostgreSQL only says that its disk is full */
export async function diskFull(small?: {
  readonly directory: string;
  readonly lacking: Lacking;
}): Promise<DiskFullReport> {
  const received = new Received();
  const installation = await makeInstallation(
    small === undefined ? {} : { WRIT_STATE_DIR: join(small.directory, 'state') },
  );
  const service = await startService(installation);
  let answers = new Set<string>();
  let recovered = false;
  try {
    await service.ready();
    const who = await firstPerson(service.url);
    const before = await ask(service.url, who);
    if (before.status === 201 && before.certificate !== null) received.add(before.certificate);
    const fillUp = small === undefined ? refuseInserts : fillUntil(small.lacking, small.directory);
    const makeRoom = await fillUp(installation);
    answers = await untilFull(service, who, received);
    await makeRoom();
    recovered = await untilIssued(service, who, received);
    received.wrong.push(...(await missingFrom(installation, received.all(), new Map())));
    const status = await service.stop();
    if (status !== 0) received.wrong.push(`the service ended with status ${status}`);
  } catch (error) {
    received.wrong.push(`${service.log().slice(-4_000)}\n${String(error)}`);
  } finally {
    await service.kill();
    await installation.remove();
  }
  const said = [...answers].map((answer) => answer.split(' '));
  return {
    statuses: [...new Set(said.map(([status]) => Number(status)))],
    codes: [...new Set(said.map(([, code]) => code ?? ''))],
    recovered,
    received: received.count,
    wrong: received.wrong,
  };
}
