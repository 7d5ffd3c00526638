// A process of its own for orphan.test.ts: serves a state directory, records certificates and says each that is recorded.
import {
  blockSerials,
  groupRecorder,
  migrateDatabase,
  openDatabase,
  openHighWater,
  reconcileHighWater,
} from '@writ/storage';
import { Pool } from 'pg';
import { recordMaker } from './records.js';

const stateDirectory = process.argv[2] ?? '';
const say = (line: string): void => void process.stdout.write(`${line}\n`);

try {
  const database = await openDatabase({ stateDirectory, purpose: 'service' });
  await migrateDatabase(database);
  const highWater = await openHighWater(stateDirectory);
  await reconcileHighWater(database.connection('owner'), highWater);
  say(`ready ${database.pid()}`);

  const maker = await recordMaker(database);
  const user = await maker.user();
  const pool = new Pool({ ...database.connection('app'), max: 2 });
  pool.on('error', () => undefined);
  const authority = await maker.authority();
  const serials = blockSerials({ pool, highWater });
  const recorder = groupRecorder({ connection: database.connection('recorder') });
  const issue = async (): Promise<void> => {
    for (;;) {
      try {
        const serial = await serials.take(authority);
        const { outcome } = await recorder.record({ ...maker.make(user), authorityId: authority.id, serial });
        if (outcome === 'recorded') say(`recorded ${serial}`);
      } catch {
        // The database is away for a moment.
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    }
  };
  await Promise.all(Array.from({ length: 8 }, issue));
} catch (error) {
  say(`failed ${String((error as { code?: unknown }).code)}`);
  process.exitCode = 1;
}
