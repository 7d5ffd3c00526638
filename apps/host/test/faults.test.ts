import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { kit, Machine } from './machine.js';
import { type OpenSession, OpenSessions, statusOf } from './open-sessions.js';
import { installed, share, type Shell, shells } from './toolbox.js';

const here = installed(shells);
const shellOf = (n: number): Shell => here[n % here.length] ?? 'dash';

/** Every place at which apps/host/writ-host can be stopped. */
const places = [
  ...readFileSync(join(import.meta.dirname, '../writ-host'), 'utf8').matchAll(/^ *reached ([a-z-]+)$/gm),
].map(([, place]) => place ?? '');
const ofBundle = ['fetched', 'unpacked', 'checked', 'synced', 'renamed', 'marked', 'swung', 'cleaned'].map(
  (each) => `bundle-${each}`,
);
const ofKrl = ['krl-fetched', 'krl-written', 'krl-renamed'];
const ofStatement = ['statement-signed', 'statement-taken'];
const ofSync = [...ofBundle, 'sshd-reloaded', ...ofKrl, ...ofStatement];
const ofJoin = [
  'join-signed',
  'join-kept',
  'join-saved',
  ...ofBundle,
  ...ofKrl,
  'sshd-intent',
  'sshd-written',
  'sshd-installed',
  'sshd-reloaded',
];
const ofSuccession = ['signers-kept'];
const ofTheirs = ['theirs-authorities', 'theirs-revoked'];
const ofCut = [
  ...['cut-fetched', 'cut-checked', 'cut-kept'],
  ...['sessions-found', 'sessions-told', 'below-told', 'sessions-ended'],
];
/** These are tried where there is PAM: pam.test.ts. */
const ofPam = ['pam-intent', 'pam-written'];
const ofUpdate = ['kit-kept', 'kit-replaced'];
const ofLeave = ['leave-removed', 'leave-emptied'];

it('there is a test for each place at which the kit can be stopped', () => {
  expect([...new Set(places)].sort()).toEqual(
    [
      ...new Set([
        ...ofSync,
        ...ofJoin,
        ...ofSuccession,
        ...ofUpdate,
        ...ofTheirs,
        ...ofLeave,
        ...ofCut,
        ...ofPam,
      ]),
    ].sort(),
  );
});

/** sshd takes the configuration as it lies there. */
function isWhole(machine: Machine): void {
  execFileSync(process.env['WRIT_SSHD'] ?? '/usr/sbin/sshd', ['-t', '-f', machine.config]);
}

const killed = { signal: 'SIGKILL' };

describe.each(here)('in %s, a sync that is killed', (shell) => {
  let machine: Machine;
  beforeAll(async () => {
    machine = await (await Machine.start({ shell })).joined();
  });
  afterAll(() => machine.stop());

  it.each(share(shell, ofSync))(
    'at %s leaves logins as they were, and the next one finishes',
    async (place) => {
      const { service } = machine;
      const role = place.replaceAll('-', '');
      service.takesStatements = ofStatement.includes(place);
      service.version += 1;
      service.krlVersion += 1;
      service.principals = { [machine.login]: ['webadmin', role] };
      service.hostValidity = `-5m:+${30 + service.version}d`;
      expect(await machine.run(['sync'], '', { WRIT_HOST_STOP_AFTER: place })).toMatchObject(killed);
      isWhole(machine);
      expect(await machine.logsIn()).toBe(true);
      expect(await machine.ordinaryLogsIn()).toBe(true);
      expect(await machine.run(['sync'])).toMatchObject({ status: 0, stderr: '' });
      expect(await machine.logsIn(role)).toBe(true);
      expect(readlinkSync(join(machine.state, 'current'))).toBe(`versions/${service.version}`);
      expect((await machine.run(['status'])).status).toBe(0);
      if (service.takesStatements)
        expect(service.statements.at(-1)).toContain(`\nkrl ${service.krlVersion} `);
      expect(existsSync(join(machine.state, 'unstated'))).toBe(!service.takesStatements);
    },
  );
});

/** Says its number, and is below nobody any more: when the connection is gone, nothing else tells whose it was. */
const orphan = '(nohup sleep 60 >/dev/null 2>&1 & echo $!); echo in; exec cat';
const begunBy = ({ lines }: OpenSession): string => {
  const number = lines.find((line) => /^[0-9]+$/.test(line));
  if (number === undefined) throw new Error('the session has begun nothing');
  return number;
};

describe.each(here)('in %s, a sync that ends sessions and is killed', (shell) => {
  let machine: Machine;
  let sessions: OpenSessions;
  beforeAll(async () => {
    machine = await Machine.start({ shell });
    sessions = new OpenSessions(machine);
    expect(await machine.join(['--log-file', sessions.logFile])).toMatchObject({ status: 0 });
  });
  afterAll(async () => {
    await sessions.close();
    await machine.stop();
  });

  it.each(share(shell, ofCut))(
    'at %s leaves logins as they were, and the next one finishes',
    async (place) => {
      const [gone, stays] = [sessions.identity(), sessions.identity()];
      const ending = await sessions.open(gone.key, [sessions.place, orphan]);
      const other = await sessions.open(stays.key);
      sessions.cut(sessions.serials(gone.serial));
      expect(await machine.run(['sync'], '', { WRIT_HOST_STOP_AFTER: place })).toMatchObject(killed);
      isWhole(machine);
      expect(await machine.ordinaryLogsIn()).toBe(true);
      expect(await machine.run(['sync'])).toMatchObject({ status: 0, stderr: '' });
      await ending.ended;
      expect(statusOf(begunBy(ending))).toBe('');
      expect(other.client.exitCode).toBeNull();
      expect(existsSync(join(machine.state, 'ending'))).toBe(false);
      expect(machine.read('cut')).toBe(machine.service.cutText());
    },
  );

  it.each(share(shell, ['', 'process 77\nending\nprocess 7 7 7 7 x\nproc', 'over Web!\nowners x\nkept']))(
    'goes on while the service is away, also where %j stands in what was kept',
    async (damage) => {
      const { service, state } = machine;
      const gone = sessions.identity();
      const ending = await sessions.open(gone.key, [sessions.place, orphan]);
      sessions.cut(sessions.serials(gone.serial));
      expect(await machine.run(['sync'], '', { WRIT_HOST_STOP_AFTER: 'sessions-told' })).toMatchObject(
        killed,
      );
      await ending.ended;
      expect(statusOf(begunBy(ending))).not.toBe('');
      appendFileSync(join(state, 'ending'), damage);
      service.before = () => ({ status: 503 });
      expect(await machine.run(['sync'])).toMatchObject({ status: 5 });
      service.before = undefined;
      expect(statusOf(begunBy(ending))).toBe('');
      expect(existsSync(join(state, 'ending'))).toBe(false);
    },
  );
});

it('a leave after a sync that was killed while it ended sessions ends what that had begun to end', async () => {
  const machine = await Machine.start({ shell: shellOf(2) });
  const sessions = new OpenSessions(machine);
  expect(await machine.join(['--log-file', sessions.logFile])).toMatchObject({ status: 0 });
  const gone = sessions.identity();
  const ending = await sessions.open(gone.key, [sessions.place, orphan]);
  sessions.cut(sessions.serials(gone.serial));
  expect(await machine.run(['sync'], '', { WRIT_HOST_STOP_AFTER: 'sessions-told' })).toMatchObject(killed);
  await ending.ended;
  expect(statusOf(begunBy(ending))).not.toBe('');
  expect(await machine.run(['leave', '--yes'])).toMatchObject({ status: 0, stderr: '' });
  expect(statusOf(begunBy(ending))).toBe('');
  expect(existsSync(machine.state)).toBe(false);
  await sessions.close();
  await machine.stop();
});

/** What is tried with drop-ins and what without: in turn or, with WRIT_HOST_TESTS=all, everything both ways. */
function half(dropins: boolean, all: readonly string[]): readonly string[] {
  if (process.env['WRIT_HOST_TESTS'] === 'all') return all;
  return all.filter((place, n) => place.startsWith('sshd-') || (n % 2 === 0) === dropins);
}

/** At the end of the first joins, a leave is killed, too: once at each of its places. */
describe.each([true, false])('with a directory of drop-ins: %s, a join that is killed', (dropins) => {
  it.each(
    half(dropins, ofJoin).map((place, n) => ({ place, shell: shellOf(n), leave: ofLeave[n] ?? 'no place' })),
  )(
    'at $place, in $shell, leaves logins as they were, and can be finished; and undone, killed at $leave',
    async ({ place, shell, leave }) => {
      const machine = await Machine.start({ shell, dropins });
      const original = readFileSync(machine.config);
      try {
        expect(await machine.join([], machine.service.token, { WRIT_HOST_STOP_AFTER: place })).toMatchObject(
          killed,
        );
        isWhole(machine);
        expect(await machine.ordinaryLogsIn()).toBe(true);
        const isJoined = !['join-kept', 'join-signed'].includes(place);
        const again = isJoined ? await machine.run(['sync']) : await machine.join();
        expect(again).toMatchObject({ status: 0, stderr: '' });
        expect(machine.read('writ-host')).toBe(readFileSync(kit, 'utf8'));
        expect(await machine.logsIn()).toBe(true);
        if (ofLeave.includes(leave)) {
          expect(await machine.run(['leave', '--yes'], '', { WRIT_HOST_STOP_AFTER: leave })).toMatchObject(
            killed,
          );
          isWhole(machine);
          expect(await machine.ordinaryLogsIn()).toBe(true);
        }
        expect(await machine.run(['leave', '--yes'])).toMatchObject({ status: 0, stderr: '' });
        expect(readFileSync(machine.config).equals(original)).toBe(true);
        expect(await machine.ordinaryLogsIn()).toBe(true);
      } finally {
        await machine.stop();
      }
    },
  );
});

describe.each(here)('in %s', (shell) => {
  let machine: Machine;
  beforeAll(async () => {
    machine = await Machine.start({ shell });
  });
  afterAll(() => machine.stop());

  it('of two joins at once one joins, and the other one says so', async () => {
    const said = await Promise.all([machine.join(), machine.join()]);
    expect(said.map(({ status }) => status).sort()).toEqual([0, 3]);
    expect(await machine.logsIn()).toBe(true);
  });

  it('two syncs at once take turns', async () => {
    machine.service.version += 1;
    machine.service.principals = { [machine.login]: ['second'] };
    const said = await Promise.all([machine.run(['sync']), machine.run(['sync']), machine.run(['sync'])]);
    expect(said.map(({ status, stderr }) => ({ status, stderr }))).toEqual(
      said.map(() => ({ status: 0, stderr: '' })),
    );
    expect(await machine.logsIn('second')).toBe(true);
  });

  it.each([
    ['a process that is gone', '4194305.1'],
    ['a process whose number somebody else has by now', `${process.pid}.1`],
  ])('the lock of %s is taken over', async (_, owner) => {
    symlinkSync(owner, join(machine.state, 'lock'));
    // What one left that was stopped while it took over.
    symlinkSync(owner, join(machine.state, 'lock.4194305'));
    mkdirSync(join(machine.state, 'follow.4194305/4194305'), { recursive: true });
    expect(await machine.run(['sync'])).toMatchObject({ status: 0, stderr: '' });
    const left = readdirSync(machine.state).filter((name) => /^(lock|follow)/.test(name));
    expect(left).toEqual([]);
  });

  const markers = ['doubt', 'reload', 'unstated', 'ended', 'failure'];
  const others = ['token', 'told', 'contact', 'cut', 'cut.sum', 'cut.done', 'krl.sum', 'sessions.sum'];
  const damages: Record<string, (state: string) => readonly string[]> = {
    'directories are in the place of files': (state) => {
      const names = [...markers, ...others];
      for (const name of [...names, 'lock']) {
        rmSync(join(state, name), { recursive: true, force: true });
        mkdirSync(join(state, name));
      }
      return names;
    },
    'a copy is in the place of the link': (state) => {
      const current = join(state, 'current');
      cpSync(current, join(state, 'copy'), { recursive: true, dereference: true });
      rmSync(current);
      renameSync(join(state, 'copy'), current);
      writeFileSync(join(state, 'token'), 'no\u0001token');
      return ['current'];
    },
    'files are in the place of directories and links': (state) => {
      for (const name of ['lock', 'versions', 'current']) {
        rmSync(join(state, name), { recursive: true, force: true });
        writeFileSync(join(state, name), 'x');
      }
      return ['versions', 'current'];
    },
  };
  it.each(share(shell, Object.entries(damages)))('where %s, that is mended and said', async (_, damage) => {
    const { service, state } = machine;
    service.version += 1;
    service.principals = { [machine.login]: ['third'] };
    const before = service.requests.length;
    const names = damage(state);
    const said = await machine.run(['sync']);
    expect(said.status).toBe(0);
    for (const name of names) expect(said.stderr).toContain(`${join(state, name)} was not of the kind`);
    expect(readdirSync(join(state, 'aside')).sort()).toEqual([...names].sort());
    expect(readlinkSync(join(state, 'current'))).toBe(`versions/${service.version}`);
    expect(await machine.logsIn('third')).toBe(true);
    if (!names.includes('versions')) expect(service.requests.slice(before)).toContain('POST /host/tokens');
    expect(await machine.run(['sync'])).toMatchObject({ status: 0, stderr: '' });
  });

  it('a disk that is full changes nothing, and that is said', async () => {
    const role = machine.service.principals[machine.login]?.[0] ?? '';
    machine.service.version += 1;
    machine.service.principals = { [machine.login]: [role], other: Array<string>(400).fill('web') };
    // A limit on the size of files fails writes just so.
    const through = ['/bin/sh', '-c', 'trap "" XFSZ; ulimit -f 8; exec "$@"', 'sh'];
    const said = await machine.run(['sync'], '', {}, through);
    expect(said.status).toBe(4);
    expect(said.stderr).toMatch(/\((step_failed|state_not_writable)\)/);
    expect(await machine.logsIn(role)).toBe(true);
    expect(await machine.run(['sync'])).toMatchObject({ status: 0, stderr: '' });
    expect(await machine.logsIn(role)).toBe(true);
  });

  it('a service that is away changes nothing, and that is said', async () => {
    machine.service.before = () => ({ status: 503, body: '{"type":"urn:writ:problem:shutting_down"}' });
    const said = await machine.run(['sync']);
    expect(said).toMatchObject({ status: 5 });
    expect(said.stderr).toContain('(shutting_down)');
    machine.service.before = undefined;
    await machine.service.close();
    const away = await machine.run(['sync']);
    expect(away).toMatchObject({ status: 5 });
    expect(away.stderr).toContain('(service_not_reached)');
    expect(await machine.logsIn(machine.service.principals[machine.login]?.[0])).toBe(true);
    expect((await machine.run(['status'])).stdout).toContain('service_not_reached');
  });
});

describe.each(here)('in %s, where mv knows no -T', (shell) => {
  it('versions follow each other, and a link that is gone is mended', async () => {
    const machine = await Machine.start({ shell });
    const mv = join(machine.directory, 'bin/mv');
    const real = readlinkSync(mv);
    rmSync(mv);
    writeFileSync(
      mv,
      `#!/bin/sh\ncase " $* " in *" -T "*) echo 'mv: invalid option' >&2; exit 1 ;; esac\nexec ${real} "$@"\n`,
    );
    if (real.endsWith('busybox')) writeFileSync(mv, readFileSync(mv, 'utf8').replace(real, `${real} mv`));
    chmodSync(mv, 0o755);
    await machine.joined();
    machine.service.version += 1;
    machine.service.principals = { [machine.login]: ['second'] };
    expect(await machine.run(['sync'])).toMatchObject({ status: 0, stderr: '' });
    expect(readlinkSync(join(machine.state, 'current'))).toBe('versions/2');
    expect(await machine.logsIn('second')).toBe(true);
    rmSync(join(machine.state, 'current'));
    expect(await machine.ordinaryLogsIn()).toBe(true);
    expect(await machine.run(['sync'])).toMatchObject({ status: 0, stderr: '' });
    expect(await machine.logsIn('second')).toBe(true);
    await machine.stop();
  });
});
