import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { basename, join } from 'node:path';
import { clearKilledDrills, makeDrillDirectory } from '../../src/drill/drill-directory.js';

describe('what a killed drill leaves', () => {
  let parent: string;
  beforeEach(() => (parent = mkdtempSync(join(tmpdir(), 'writ-drills-'))));
  afterEach(() => rmSync(parent, { recursive: true }));

  const gone = spawnSync('true').pid;
  const make = (name: string, hoursAgo = 0): void => {
    mkdirSync(join(parent, name));
    writeFileSync(join(parent, name, 'canary'), 'key');
    const at = Date.now() / 1000 - hoursAgo * 3600;
    utimesSync(join(parent, name), at, at);
  };

  it('is removed by the next one, and what another one works with is not', async () => {
    make(`writ-drill-${gone}-aB3dE6`);
    make('writ-drill-aB3dE6', 2);
    make(`writ-drill-${process.ppid}-aB3dE6`, 2);
    make(`writ-drill-${process.ppid}-Zx9kTz`);
    make('writ-drill-Zx9kTz');
    const own = basename(await makeDrillDirectory(parent));
    await clearKilledDrills(parent);
    const kept = [own, 'writ-drill-Zx9kTz', `writ-drill-${process.ppid}-Zx9kTz`];
    expect(readdirSync(parent).sort()).toEqual(kept.sort());
  });

  it('is nobody else’s, and no more than that: another user’s, a link, a file, another name', async () => {
    make(`writ-drill-${gone}-aB3dE6`);
    await clearKilledDrills(parent, userInfo().uid + 1);
    expect(readdirSync(parent)).toHaveLength(1);
    make('mine');
    symlinkSync(join(parent, 'mine'), join(parent, `writ-drill-${gone}-linked`));
    writeFileSync(join(parent, `writ-drill-${gone}-afile1`), '');
    make(`writ-drill-${gone}-more-aB3dE6`);
    await clearKilledDrills(parent);
    await clearKilledDrills(join(parent, 'none'));
    const kept = [
      'mine',
      `writ-drill-${gone}-linked`,
      `writ-drill-${gone}-afile1`,
      `writ-drill-${gone}-more-aB3dE6`,
    ];
    expect(readdirSync(parent).sort()).toEqual(kept.sort());
    expect(readdirSync(join(parent, 'mine'))).toEqual(['canary']);
  });
});
