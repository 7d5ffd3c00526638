import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedPostgres } from '@writ/storage';

describe('embedded PostgreSQL', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'writ-postgres-'));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  it('starts, and starts again on the same data', async () => {
    for (let round = 0; round < 2; round++) {
      const t = Date.now();
      const server = await startEmbeddedPostgres({
        stateDirectory: join(directory, 'state'),
        log: (...l) => console.log(...l),
      });
      expect(server.state()).toBe('ready');
      console.log(Date.now() - t);
      await server.stop();
      console.log(Date.now() - t);
      expect(server.state()).toBe('stopped');
    }
  });
});
