import { fileURLToPath } from 'node:url';
import { diskFull, type DiskFullReport, type Lacking } from './disk-full.js';
import { canMount, inSmallFilesystem } from './small-filesystem.js';

const program = fileURLToPath(new URL('../out/fault/disk-full-main.js', import.meta.url));

function expectNothingHandedOut({ statuses, codes, recovered, wrong }: DiskFullReport, code: string): void {
  expect(wrong).toEqual([]);
  expect(statuses).toEqual([503]);
  expect(codes).toEqual([code]);
  expect(recovered).toBe(true);
}

async function fullFor(lacking: Lacking): Promise<DiskFullReport> {
  return JSON.parse(await inSmallFilesystem(program, lacking)) as DiskFullReport;
}

describe("the database's disk is full", () => {
  // Mounting takes a right that some containers withhold; PostgreSQL's answer to a full disk can be had everywhere.
  if (canMount()) {
    it('for data: 503 storage_full, nothing handed out, issuing again once there is room', async () => {
      expectNothingHandedOut(await fullFor('data'), 'storage_full');
    }, 180_000);

    // PostgreSQL cannot go on without its log: it ends (PANIC), and cannot start until there is room. It is not there
    // to say why; its log and the service's do.
    it('for its log: 503 storage_unavailable, and the same otherwise', async () => {
      expectNothingHandedOut(await fullFor('log'), 'storage_unavailable');
    }, 180_000);
  }

  it('says PostgreSQL: the same as for data', async () => {
    expectNothingHandedOut(await diskFull(), 'storage_full');
  }, 120_000);
});
