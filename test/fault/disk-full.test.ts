import { fileURLToPath } from 'node:url';
import { diskFull, type DiskFullReport } from './disk-full.js';
import { canMount, inSmallFilesystem } from './small-filesystem.js';

const program = fileURLToPath(new URL('../out/fault/disk-full-main.js', import.meta.url));

function expectNothingHandedOut({ statuses, codes, recovered, wrong }: DiskFullReport): void {
  expect(wrong).toEqual([]);
  expect(statuses).toEqual([503]);
  // A server that cannot even write its log ends and is started again: meanwhile it is not there at all.
  expect(codes).toContain('storage_full');
  expect(['storage_full', 'storage_unavailable']).toEqual(expect.arrayContaining([...codes]));
  expect(recovered).toBe(true);
}

/** Mounting takes a right that some containers withhold; PostgreSQL's answer to a full disk can be had everywhere. */
const means = canMount()
  ? 'a small filesystem'
  : 'PostgreSQL’s own refusal alone: no filesystem can be mounted here';

describe(`the database's disk is full (tried with ${means})`, () => {
  it('answers 503 storage_full, hands out nothing, and issues again once there is room', async () => {
    if (canMount()) expectNothingHandedOut(JSON.parse(await inSmallFilesystem(program)) as DiskFullReport);
    else expectNothingHandedOut(await diskFull(undefined));
  }, 180_000);

  it('does the same when PostgreSQL refuses with disk_full', async () => {
    expectNothingHandedOut(await diskFull(undefined));
  }, 120_000);
});
