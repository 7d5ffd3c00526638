import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { connect } from 'node:net';
import { dirname, join } from 'node:path';
import { endWithUs } from '@writ/testkit/end-with-us';
import { freePort } from '@writ/testkit/sshd';
import { kit, Machine } from './machine.js';
import { atWork, type Identity, OpenSessions, statusOf } from './open-sessions.js';
import { find, installed, interpreter, type Shell, shells } from './toolbox.js';

const tried = process.env['WRIT_HOST_TESTS'] === 'all' ? installed(shells) : installed(shells).slice(0, 2);
const done = { status: 0, stderr: '' };

/** What of many things is tried in this shell: each in one of those that are tried. */
const part = <Thing>(shell: Shell, things: readonly Thing[]): readonly Thing[] =>
  process.env['WRIT_HOST_TESTS'] === 'all'
    ? things
    : things.filter((_, n) => tried[n % tried.length] === shell);

describe.each(tried)('in %s, of the sessions of a host', (shell) => {
  let machine: Machine;
  let sessions: OpenSessions;
  beforeAll(async () => {
    // sshd warns of the second one, and goes on.
    const config = ['Subsystem sftp internal-sftp', 'UsePrivilegeSeparation yes'];
    machine = await Machine.start({ shell, config });
    appendFileSync(
      machine.config,
      [
        `ListenAddress 127.0.0.4:${machine.sshd.port}\n`,
        askingForTwo('Address 127.0.0.2'),
        ...['Address 127.0.0.3', 'LocalAddress 127.0.0.4'].map(
          (where) => `${askingForTwo(where)}  LogLevel INFO\n`,
        ),
      ].join(''),
    );
    machine.service.takesStatements = true;
    sessions = new OpenSessions(machine);
    expect(await machine.join(['--log-file', sessions.logFile])).toMatchObject(done);
  });
  const crowd: ChildProcess[] = [];
  // What somebody has ended is gone when sshd says so.
  afterEach(async () => {
    for (const one of crowd.splice(0)) one.kill('SIGKILL');
    await sessions.close();
  });
  afterAll(async () => {
    await machine.stop();
  });

  /** Each of these is tried in one shell. */
  const turns = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
  const inTurn = turns.map((n) => (part(shell, turns).includes(n) ? it : undefined));

  it('those end, of every kind, that rest on a certificate that is named, and no other, whatever else is called sshd', async () => {
    crowd.push(...(await pretenders(machine.directory)));
    const [gone, stays] = [sessions.identity(), sessions.identity()];
    const { place } = sessions;
    const other = await sessions.open(stays.key);
    const control = `ControlPath=${join(machine.directory, 'control')}`;
    const ending = [
      await sessions.open(gone.key, ['-tt', place, atWork]),
      // What would survive: it has no terminal, does not listen, and its name is of two lines.
      await sessions.open(gone.key, [
        place,
        `${process.execPath} -e 'process.title = "a\\nb"; process.on("SIGHUP", () => {}); console.log("in\\n" + process.pid); setInterval(() => {}, 60000)'`,
      ]),
      await sessions.open(gone.key, ['-N', place]),
      await sessions.open(gone.key, ['-s', place, 'sftp']),
      await sessions.open(gone.key, ['-M', '-o', control, place, atWork]),
      await sessions.open(gone.key, ['-o', control, place, atWork]),
    ];
    // What it began is below nobody any more; that of another session of the login is not to be touched.
    const orphan = '(nohup sleep 60 >/dev/null 2>&1 & echo $!); echo in; exec cat';
    const [orphans, strangers] = [
      await sessions.open(gone.key, [place, orphan]),
      await sessions.open(stays.key, [place, orphan]),
    ];
    ending.push(orphans);
    // What it begins when it is told that it is over.
    const late = `sleep 61.${machine.sshd.pid}`;
    const answer = `trap 'trap "" HUP TERM; (${late}) & exit' HUP TERM; echo in; while :; do sleep 0.1; done`;
    ending.push(await sessions.open(gone.key, [place, answer]));
    const next = stays.serial + 1;
    sessions.cut(sessions.serials(1, 5), sessions.serials(gone.serial), sessions.serials(next, next + 9));
    expect(await machine.run(['sync'])).toMatchObject(done);
    await Promise.all(ending.map(({ ended }) => ended));
    // Who is not root gets a terminal of sshd only where the kernel gives it to the group of terminals.
    const withTerminal = ending[0]?.lines.some((line) => line.trim() === 'in') ?? false;
    expect(withTerminal || process.getuid?.() !== 0).toBe(true);
    if (withTerminal) expect(ending[0]?.lines.join()).toContain('writ-host: this session');
    const survivor = ending[1]?.lines.find((line) => /^[0-9]+$/.test(line)) ?? 'none';
    expect(survivor).not.toBe('none');
    expect(statusOf(survivor)).toBe('');
    expect(running(late)).toBe(0);
    expect(other.client.exitCode).toBeNull();
    // The two that share a connection are one.
    const ended = withTerminal ? 7 : 6;
    expect(machine.service.statements.at(-1)).toContain(`\ncut 1\nsessions ${ended}\nunknown 0\n`);
    expect(statusOf(orphans.lines.find((line) => /^[0-9]+$/.test(line)) ?? 'none')).toBe('');
    const stranger = strangers.lines.find((line) => /^[0-9]+$/.test(line)) ?? 'none';
    expect(statusOf(stranger)).toContain('PPid:\t1\n');
    process.kill(Number(stranger), 'SIGKILL');
    expect(await machine.run(['sync'])).toMatchObject(done);
    expect(machine.service.statements.at(-1)).toMatch(/^cut 1\nsessions 0$/m);
  });

  it('what a shell has left that holds its session open ends with it, and nothing that has files called so', async () => {
    const [gone, stays] = [sessions.identity(), sessions.identity()];
    const [held, heldByOther] = [`sleep 62.${machine.sshd.pid}`, `sleep 63.${machine.sshd.pid}`];
    const leaving = (command: string) => [
      sessions.place,
      `sh -c 'echo $$; ${command} & echo $!; echo in; exit'`,
    ];
    const left = await sessions.open(gone.key, leaving(held));
    const leftByOther = await sessions.open(stays.key, leaving(heldByOther));
    const numbers = ({ lines }: typeof left) => lines.filter((line) => /^[0-9]+$/.test(line));
    for (const each of [left, leftByOther]) {
      while (statusOf(numbers(each)[0] ?? '') !== '') await new Promise((resolve) => setTimeout(resolve, 10));
    }
    // Of this login, and begun by something that is gone.
    const bystander = `sleep 64.${machine.sshd.pid}`;
    const having = (name: string): string => {
      const file = join(machine.directory, name);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, '');
      const begin = `${bystander} <"$0" >/dev/null 2>&1 & echo $!`;
      return execFileSync('setsid', ['sh', '-c', begin, file], { stdio: ['ignore', 'pipe', 'inherit'] })
        .toString()
        .trim();
    };
    const pipe = readlinkSync(`/proc/${numbers(left)[1]}/fd/1`);
    const first = having(`${pipe}/file`);
    const second = having(`lines\n/proc/${first}/fd/0' -> '${pipe}`);
    // Or called as if a pipe of theirs were one of sshd's, which by sftp has it open.
    const pair = `${bystander} </dev/null 2>/dev/null | ${bystander} 5<&0 >/dev/null 2>&1 & echo $!`;
    const reader = execFileSync('setsid', ['sh', '-c', pair]).toString().trim();
    const between = readlinkSync(`/proc/${reader}/fd/5`);
    const named = join(machine.directory, `sftp\n/proc/${reader}/fd/5' -> '${between}`);
    mkdirSync(dirname(named), { recursive: true });
    writeFileSync(named, '');
    const sftp = await sessions.open(gone.key, ['-s', sessions.place, 'sftp']);
    await openBySftp(sftp.client, named);
    sessions.cut(sessions.serials(gone.serial));
    expect(await machine.run(['sync'])).toMatchObject(done);
    await Promise.all([left.ended, sftp.ended]);
    expect(running(held)).toBe(0);
    expect(running(heldByOther)).toBe(1);
    expect(running(bystander)).toBe(4);
    expect(machine.service.statements.at(-1)).toMatch(/^sessions 2$/m);
    for (const pid of [first, second, reader]) process.kill(Number(pid), 'SIGKILL');
    leftByOther.client.kill();
  });

  inTurn[7]?.(
    'a connection is told why and ends before what it has begun is looked for; all of that ends with it, however much it is',
    async () => {
      const gone = sessions.identity();
      const { place } = sessions;
      // None of it hears that the connection is over.
      const begun = await sessions.open(gone.key, [place, 'trap "" HUP; echo $$; echo in; sleep 60; :']);
      const ending = await sessions.open(gone.key, ['-tt', place, atWork]);
      const withTerminal = ending.lines.some((line) => line.trim() === 'in');
      sessions.cut(sessions.serials(gone.serial));
      const stopped = await machine.run(['sync'], '', { WRIT_HOST_STOP_AFTER: 'sessions-told' });
      expect(stopped).toMatchObject({ signal: 'SIGKILL' });
      expect(readFileSync(join(machine.state, 'tmp/below'), 'utf8')).toBe('');
      await Promise.all([begun.ended, ending.ended]);
      expect(ending.lines.join().includes('writ-host: this session')).toBe(withTerminal);
      process.kill(Number(begun.lines.find((line) => /^[0-9]+$/.test(line))), 'SIGKILL');

      // Below another, in a session of its own, below nobody any more.
      const sleep = `sleep 60.${machine.sshd.pid}`;
      const each = `(setsid ${sleep} & (${sleep}; :) & ${sleep}; :) & (${sleep} &)`;
      const many = await sessions.open(gone.key, [
        place,
        `n=0; while [ "$n" -lt 40 ]; do n=$((n + 1)); ${each}; done; echo in; ${sleep}; :`,
      ]);
      sessions.log();
      expect(running(sleep)).toBeGreaterThan(40);
      expect(await machine.run(['sync'])).toMatchObject(done);
      await many.ended;
      expect(running(sleep)).toBe(0);
    },
  );

  inTurn[8]?.(
    'what begins itself anew all the time ends, too; where it cannot be caught that is said in each turn, and ended is what is gone',
    async () => {
      const { directory, service, state } = machine;
      if (find('perl') === undefined) {
        process.stderr.write('Not tried, because not installed: perl. sudo apt-get install perl-base\n');
      } else {
        const beats = join(directory, 'beats');
        const begin = `$SIG{HUP} = $SIG{TERM} = "IGNORE"; $| = 1; print "in\\n"; until (-e "${directory}/stop") {
          exit if fork; open F, ">>", "${beats}"; print F "x"; close F; select undef, undef, undef, 0.002 }`;
        const caught = sessions.identity();
        await sessions.open(caught.key, [sessions.place, `perl -e '${begin}' & exec cat`]);
        sessions.cut(sessions.serials(caught.serial));
        expect(await machine.run(['sync'])).toMatchObject(done);
        const { size } = statSync(beats);
        await new Promise((resolve) => setTimeout(resolve, 100));
        expect(statSync(beats).size).toBe(size);
        expect(service.statements.at(-1)).toContain(`\ncut ${service.cutNumber}\nsessions 1\n`);
      }

      // As what has a group of its own each time, so that in each look there is something else.
      const [wild, another] = [sessions.identity(), sessions.identity()];
      sessions.cut(sessions.serials(1));
      expect(await machine.run(['sync'])).toMatchObject(done);
      await sessions.open(wild.key);
      const [above = 0] = sessions.processes();
      const other = await sessions.open(another.key);
      const sort = join(directory, 'bin/sort');
      const real = readlinkSync(sort);
      const anew = join(directory, 'anew');
      rmSync(sort);
      writeFileSync(anew, '.');
      writeFileSync(
        sort,
        [
          '#!/bin/sh',
          `sort() { ${real.endsWith('busybox') ? `${real} sort` : real} "$@"; }`,
          `[ "$1" = -k ] && [ -f '${anew}' ] || { sort "$@"; exit; }`,
          `printf . >>'${anew}'`,
          `sort "$@" | sed '/^[0-9]* ${process.pid} /d'`,
          `echo "$(wc -c <'${anew}') ${process.pid} ${above} 2147483647 0 2147483647"\n`,
        ].join('\n'),
        { mode: 0o755 },
      );
      const before = service.cutNumber;
      for (const more of [[], [sessions.serials(another.serial)]]) {
        sessions.cut(sessions.serials(wild.serial), ...more);
        const said = await machine.run(['sync']);
        expect(said.status).toBe(8);
        expect(said.stderr).toContain('(sessions_not_ended)');
        expect(service.reports.at(-1)).toMatchObject({ result: 'sessions_not_ended' });
        expect(service.statements.at(-1)).toContain(`\ncut ${before}\n`);
      }
      await other.ended;
      rmSync(anew);
      expect(await machine.run(['sync'])).toMatchObject(done);
      expect(service.statements.at(-1)).toContain(`\ncut ${service.cutNumber}\nsessions 0\n`);
      rmSync(sort);
      symlinkSync(real, sort);
      expect(existsSync(join(state, 'ending'))).toBe(false);
    },
  );

  inTurn[9]?.(
    'one ends also where what it was opened with cannot be kept, or was not kept whole, or stands beside another from the same port',
    async () => {
      const directory = join(machine.state, 'sessions');
      const kept = () => readdirSync(directory).filter((name) => /^[0-9]/.test(name));
      const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').slice(0, 8);
      const full = sessions.identity();
      const first = await sessions.open(full.key);
      const [pid = 0] = sessions.processes();
      const began = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/.*\) /, '').split(' ')[19] ?? '';
      const isFull = () => symlinkSync('/dev/full', join(directory, `${pid}.${began}.${boot}.new`));
      isFull();
      sessions.cut();
      const stated = machine.service.statements.length;
      const said = await machine.run(['sync']);
      expect(said.status).toBe(4);
      expect(said.stderr).toContain('(state_not_writable)');
      expect(machine.service.statements).toHaveLength(stated);
      expect(kept()).toEqual([]);
      isFull();
      sessions.cut(sessions.serials(full.serial));
      expect(await machine.run(['sync'])).toMatchObject(done);
      await first.ended;

      // What a full disk left of it, some time ago.
      const cutOff = sessions.identity();
      const second = await sessions.open(cutOff.key);
      sessions.log();
      expect(await machine.run(['sync'])).toMatchObject(done);
      const [file = ''] = kept();
      const whole = readFileSync(join(directory, file), 'utf8');
      writeFileSync(join(directory, file), whole.trimEnd());
      expect((await machine.run(['status'])).stdout).toMatch(/^Sessions +0 open, .*, and 1 of which nobody/m);
      expect(await machine.run(['sync'])).toMatchObject(done);
      expect(readFileSync(join(directory, file), 'utf8')).toBe(whole);
      writeFileSync(join(directory, file), '');
      sessions.cut(sessions.serials(cutOff.serial));
      expect(await machine.run(['sync'])).toMatchObject(done);
      await second.ended;

      // A file says nothing of which address here a line is about: one that is let in on another one has the same port.
      const [early, late] = [sessions.identity(), sessions.identity()];
      const gone = await sessions.open(early.key);
      const since = machine.sshd.lineCount();
      gone.client.kill('SIGTERM');
      await machine.sshd.logged(/^(Disconnected from|Connection closed by) user /, since);
      const third = await sessions.open(late.key);
      const lines = machine.sshd.log().split('\n');
      const accepted = lines.filter((line) => line.startsWith('Accepted publickey')).slice(-2);
      const left = lines
        .filter((line) => /^(Disconnected from|Connection closed by) user /.test(line))
        .at(-1);
      const [port = ''] = / port [0-9]+ /.exec(accepted[1] ?? '') ?? [];
      const there = [accepted[0] ?? '', `${left ?? ''} `].map((line) =>
        line.replace(/ port [0-9]+ /, port).trimEnd(),
      );
      sessions.cut(sessions.serials(early.serial));
      writeFileSync(sessions.logFile, [...there, accepted[1], ''].join('\n'));
      expect(await machine.run(['sync'])).toMatchObject(done);
      expect(sessions.known()).toMatchObject([{ serial: String(late.serial) }]);
      expect(third.client.exitCode).toBeNull();
      rmSync(join(directory, kept()[0] ?? ''));
      sessions.cut(sessions.serials(late.serial));
      writeFileSync(sessions.logFile, [accepted[1], there[0], ''].join('\n'));
      expect(await machine.run(['sync'])).toMatchObject(done);
      await third.ended;
    },
  );

  inTurn[9]?.(
    'none ends that comes from a port from which one came before whose connection broke, of which sshd says nothing',
    async () => {
      const port = await freePort();
      // It leaves without a word, and its port can be used again at once.
      const script = `const s = require("net").connect({ host: "127.0.0.1", port: ${machine.sshd.port}, localPort: ${port} });
        s.on("data", (data) => process.stdout.write(data));
        process.stdin.on("data", (data) => s.write(data)).on("end", () => s.resetAndDestroy());`;
      const through = ['-o', `ProxyCommand=${process.execPath} -e '${script.replaceAll(/\s+/g, ' ')}'`];
      const [broken, good] = [sessions.identity(), sessions.identity()];
      const gone = await sessions.open(broken.key, [...through, sessions.place, atWork]);
      sessions.log();
      expect(await machine.run(['sync'])).toMatchObject(done);
      expect(sessions.known()).toMatchObject([{ serial: String(broken.serial) }]);
      gone.client.kill('SIGKILL');
      while (sessions.processes().length > 0) await new Promise((resolve) => setTimeout(resolve, 20));
      sessions.log();
      expect(await machine.run(['sync'])).toMatchObject(done);

      const stays = await sessions.open(good.key, [...through, sessions.place, atWork]);
      sessions.cut(sessions.serials(broken.serial));
      expect(await machine.run(['sync'])).toMatchObject(done);
      expect(sessions.known()).toMatchObject([{ serial: String(good.serial) }]);
      expect(stays.client.exitCode).toBeNull();
      expect(machine.service.statements.at(-1)).toMatch(/^sessions 0$/m);
    },
  );

  inTurn[0]?.(
    'one ends that was opened with a key that is named, one that is named itself, and one that came later',
    async () => {
      const [gone, stays] = [sessions.identity(), sessions.identity()];
      const byKey = await sessions.open(machine.ordinaryKey);
      const byCertifiedKey = await sessions.open(gone.key);
      const other = await sessions.open(stays.key);
      const directory = join(machine.state, 'sessions');
      sessions.cut(`key ${gone.key.fingerprint}`, `key ${machine.ordinaryKey.fingerprint}`);
      expect(await machine.run(['sync'])).toMatchObject(done);
      await Promise.all([byKey.ended, byCertifiedKey.ended]);
      expect(other.client.exitCode).toBeNull();
      // As one that was about to log in while it was revoked.
      const late = await sessions.open(gone.key);
      sessions.log();
      expect(await machine.run(['sync'])).toMatchObject(done);
      await late.ended;
      expect(other.client.exitCode).toBeNull();
      expect(sessions.known()).toEqual([
        {
          id: expect.stringMatching(/^[0-9a-f]{16}$/) as string,
          login: machine.login,
          authority: machine.service.userAuthority.fingerprint,
          serial: String(stays.serial),
          key: stays.key.fingerprint,
          from: '127.0.0.1',
          how: 'log',
        },
      ]);
      const [{ id: only = '' } = {}] = sessions.known();
      expect(machine.service.sessions.at(-1)).toEqual({
        sessions: [
          {
            ...{ id: only, login: machine.login, from: '127.0.0.1', how: 'log' },
            ...{ authority: machine.service.userAuthority.fingerprint, serial: String(stays.serial) },
            key: stays.key.fingerprint,
            began: expect.any(Number) as number,
          },
        ],
        more: 0,
      });
      expect((await machine.run(['status'])).stdout).toMatch(/^Sessions +1 open, known by what sshd logs$/m);
      // What is known of a process that had the number before, and rested on what is to end.
      const [entry = ''] = readdirSync(directory);
      const kept = readdirSync(directory);
      const [number = '', began = '', boot = ''] = entry.split('.');
      const older = readFileSync(join(directory, entry), 'utf8').replace(
        stays.key.fingerprint,
        gone.key.fingerprint,
      );
      writeFileSync(join(directory, [number, Number(began) - 1, boot].join('.')), older);
      expect(await machine.run(['sync'])).toMatchObject(done);
      expect(other.client.exitCode).toBeNull();
      expect(readdirSync(directory)).toEqual(kept);
      // One that waited so long before it logged in that it was taken for one of which nobody says anything.
      const slow = sessions.identity();
      const slept = await sessions.open(slow.key);
      sessions.log();
      expect(await machine.run(['sync'])).toMatchObject(done);
      const [file = ''] = readdirSync(directory).filter((name) => !kept.includes(name));
      const known = readFileSync(join(directory, file), 'utf8');
      const unknown = known.replace(/^(\S+) .* (\S+ \S+) log\n$/, '$1 - - - - $2 unknown\n');
      expect(unknown).not.toBe(known);
      writeFileSync(join(directory, file), unknown);
      expect(await machine.run(['sync'])).toMatchObject(done);
      expect(readFileSync(join(directory, file), 'utf8')).toBe(unknown);
      sessions.cut(sessions.serials(slow.serial));
      expect(await machine.run(['sync'])).toMatchObject(done);
      await slept.ended;
      const id = sessions.known()[0]?.id ?? '';
      sessions.cut(`session ${machine.service.joined?.id ?? ''} ${id}`, `session another ${id}`);
      expect(await machine.run(['sync'])).toMatchObject(done);
      await other.ended;
    },
  );

  inTurn[5]?.(
    'one ends by each of the keys that it was opened with, and where sshd does not say them all, that is stated',
    async () => {
      const { service, ordinaryKey } = machine;
      const gone = sessions.identity();
      const twice = (from: string) => ['-i', ordinaryKey.path, '-b', from, sessions.place, atWork];
      const byTwo = await sessions.open(gone.key, twice('127.0.0.2'));
      sessions.cut(sessions.serials(1));
      expect(await machine.run(['sync'])).toMatchObject(done);
      expect(service.statements.at(-1)).toMatch(/^unknown 0$/m);
      // The certificate is what people are looked for by.
      expect(service.sessions.at(-1)).toMatchObject({ sessions: [{ serial: String(gone.serial) }] });
      sessions.cut(sessions.serials(gone.serial));
      expect(await machine.run(['sync'])).toMatchObject(done);
      await byTwo.ended;
      const byOther = await sessions.open(sessions.identity().key, twice('127.0.0.2'));
      sessions.cut(`key ${ordinaryKey.fingerprint}`);
      expect(await machine.run(['sync'])).toMatchObject(done);
      await byOther.ended;

      // What it logs of these is the key alone; who has not logged in is none of them.
      const asking = connect(machine.sshd.port, '127.0.0.1');
      await once(asking, 'data');
      const half = await sessions.open(sessions.identity().key, twice('127.0.0.3'));
      const there = ['-i', ordinaryKey.path, `${machine.login}@127.0.0.4`, atWork];
      const elsewhere = await sessions.open(sessions.identity().key, there);
      sessions.cut(sessions.serials(1));
      expect(await machine.run(['sync'])).toMatchObject(done);
      expect(service.statements.at(-1)).toMatch(/^unknown 2$/m);
      expect((await machine.run(['status'])).stdout).toMatch(
        /^Sessions +0 open, .*, and 2 of which nobody says what they were opened with$/m,
      );
      sessions.cut(`key ${ordinaryKey.fingerprint}`);
      expect(await machine.run(['sync'])).toMatchObject(done);
      await Promise.all([half.ended, elsewhere.ended]);
      expect(service.statements.at(-1)).toMatch(/^unknown 0$/m);
      // What sshd cannot be asked about counts as it is written.
      const config = readFileSync(machine.config, 'utf8');
      const unlike = 'RDomain nowhere\n  LogLevel INFO';
      writeFileSync(machine.config, `${config}${askingForTwo(unlike)}`);
      const plain = sessions.identity();
      const single = await sessions.open(plain.key);
      sessions.log();
      expect(await machine.run(['sync'])).toMatchObject(done);
      expect(service.statements.at(-1)).toMatch(/^unknown 1$/m);
      writeFileSync(machine.config, config);
      sessions.cut(sessions.serials(plain.serial));
      expect(await machine.run(['sync'])).toMatchObject(done);
      await single.ended;
      // By a line that is no login of a key, nothing; by none at all nobody knows.
      const silent = await sessions.open(sessions.identity().key);
      writeFileSync(sessions.logFile, '');
      expect(await machine.run(['sync'])).toMatchObject(done);
      expect(service.statements.at(-1)).toMatch(/^unknown 1$/m);
      sessions.log((line) => line.replace(/^Accepted publickey (.* ssh2): .*$/, 'Accepted password $1'));
      expect(await machine.run(['sync'])).toMatchObject(done);
      expect(service.statements.at(-1)).toMatch(/^unknown 0$/m);
      expect(silent.client.exitCode).toBeNull();
      asking.destroy();
      // Where it cannot be known of any, that is pointed out.
      for (const [lines, words] of [
        ['LogLevel QUIET', 'sshd logs no logins (LogLevel): '],
        ['LogLevel INFO\nAuthenticationMethods publickey,publickey', 'sshd asks for more than a key'],
        ['AuthenticationMethods publickey,publickey', undefined],
      ] as const) {
        writeFileSync(machine.config, `${lines}\n${config}`);
        const { stdout } = await machine.run(['status']);
        if (words === undefined) expect(stdout).not.toContain('what sessions are opened with nobody knows');
        else expect(stdout).toContain(words);
      }
      writeFileSync(machine.config, config);
    },
  );

  inTurn[1]?.(
    'one is known by what sshd itself wrote about its process, whatever a key id or somebody else says',
    async () => {
      const [victim, liar] = [
        sessions.identity(),
        sessions.identity('x port 1 ssh2: ED25519 SHA256:y ID z (serial 5) CA ED25519 SHA256:w'),
      ];
      const told = await sessions.open(victim.key);
      const [first = 0, ...none] = sessions.processes();
      const lied = await sessions.open(liar.key);
      // By number they may come in any order: numbers begin anew.
      const [second = 0, ...others] = sessions.processes().filter((pid) => pid !== first);
      expect([none, others]).toEqual([[], []]);
      const lines = machine.sshd
        .log()
        .split('\n')
        .filter((line) => line.startsWith('Accepted publickey'));
      const [ofVictim = '', ofLiar = ''] = lines.slice(-2);
      const written = (pid: number, text: string, tag = 'sshd', moment = stamp()) =>
        `${moment}.123456+00:00 web-1 ${tag}[${pid}]: ${text}\n`;
      const gone = sessions.identity();
      const asGone = ofVictim
        .replace(victim.key.fingerprint, gone.key.fingerprint)
        .replace(`(serial ${victim.serial})`, `(serial ${gone.serial})`);
      writeFileSync(
        sessions.logFile,
        [
          // Of processes that had the number before, of another program, in a name that nobody has.
          written(first, asGone.replace(/ port [0-9]+ /, ' port 9 ')),
          written(first, asGone, 'sshd', '2026-01-26T06:30:14'),
          written(first, asGone, 'sudo'),
          written(first, `Invalid user ${asGone} from 192.0.2.1 port 7`),
          written(first + 1000, asGone),
          written(first, ofVictim),
          `Jan  6 00:30:14 web-1 sshd[${second}]: ${asGone.replace(/ port [0-9]+ /, / port [0-9]+ /.exec(ofLiar)?.[0] ?? '')}\n`,
          `${stamp('%b %e %H:%M:%S')} web-1 auth.info sshd-session[${second}]: ${ofLiar}\n`,
          // Too late: what the process was said to be first counts.
          written(first, asGone),
        ].join(''),
      );
      machine.service.cut = [sessions.serials(5), sessions.serials(gone.serial)];
      machine.service.cutNumber += 1;
      expect(await machine.run(['sync'])).toMatchObject(done);
      const serials = sessions.known().map(({ serial }) => serial);
      expect(serials.sort()).toEqual([String(victim.serial), String(liar.serial)]);
      expect([told.client.exitCode, lied.client.exitCode]).toEqual([null, null]);
    },
  );

  inTurn[2]?.(
    'one is known by the journal where no file is named, which is asked about its process alone',
    async () => {
      const { key, serial } = sessions.identity();
      await sessions.open(key);
      const [pid = 0] = sessions.processes();
      const [line = ''] = machine.sshd
        .log()
        .split('\n')
        .filter((each) => each.startsWith('Accepted publickey'))
        .slice(-1);
      const journal = join(machine.directory, 'bin/journalctl');
      const asked = join(machine.directory, 'asked');
      const entry = `2026-11-26T06:30:14+0000 web-1 sshd[${pid}]: ${line}`;
      writeFileSync(journal, `#!/bin/sh\necho "$*" >'${asked}'\ncat <<'END'\n${entry}\nEND\n`, {
        mode: 0o755,
      });
      const file = join(machine.state, 'host');
      const before = readFileSync(file, 'utf8');
      writeFileSync(file, before.replace(/^log .*$/m, 'log '));
      expect(await machine.run(['sync'])).toMatchObject(done);
      expect(sessions.known()).toMatchObject([{ serial: String(serial), how: 'log' }]);
      expect(readFileSync(asked, 'utf8')).toContain(` _UID=${process.getuid?.()} _PID=${pid}`);
      writeFileSync(file, before);
      rmSync(journal);
    },
  );

  inTurn[4]?.(
    'those end that last longer than their role lets them, also while the service is away, and no other',
    async () => {
      const { service } = machine;
      const [web, other] = [sessions.identity(), sessions.identity()];
      service.rolesBySerial = { [web.serial]: 'webadmin', [other.serial]: 'backup' };
      const ending = await sessions.open(web.key, ['-tt', sessions.place, atWork]);
      const stays = await sessions.open(other.key);
      sessions.log();
      // They began before there was a limit.
      service.sessionLimits = 'role:backup 7200 backup\nrole:webadmin 1800 web.admin\n';
      service.version += 1;
      expect(await machine.run(['sync'])).toMatchObject(done);
      expect([ending.client.exitCode, stays.client.exitCode]).toEqual([null, null]);
      const inAnHour = join(machine.directory, 'bin/date');
      const now = readlinkSync(inAnHour);
      rmSync(inAnHour);
      writeFileSync(inAnHour, `#!/bin/sh\nset -- "$(/bin/date "$@")"\necho "$(($1 + 3600))"\n`, {
        mode: 0o755,
      });
      service.before = () => ({ status: 503 });
      const said = await machine.run(['sync']);
      expect(said.status).toBe(5);
      expect(said.stdout).toContain(`:${web.serial}: session limit of role web.admin reached.`);
      await ending.ended;
      if (ending.lines.some((line) => line.trim() === 'in'))
        expect(ending.lines.join()).toContain('session limit of role web.admin reached');
      expect(stays.client.exitCode).toBeNull();
      // One that nobody knew of before is asked about, ended and told of in one turn.
      service.before = undefined;
      const late = await sessions.open(web.key);
      sessions.log();
      expect(await machine.run(['sync'])).toMatchObject(done);
      await late.ended;
      expect(service.sessions.at(-1)).toMatchObject({ sessions: [{ serial: String(other.serial) }] });
      expect(service.statements.at(-1)).toMatch(/^sessions 0$/m);
      expect(stays.client.exitCode).toBeNull();
      rmSync(inAnHour);
      symlinkSync(now, inAnHour);
      service.sessionLimits = 'role:webadmin 5 web\n';
      service.version += 1;
      expect(await machine.run(['sync'])).toMatchObject({ status: 7 });
      expect(service.reports.at(-1)).toMatchObject({ result: 'bundle_limits_wrong' });
      service.sessionLimits = '';
      service.version += 1;
    },
  );

  inTurn[6]?.('they end also while sshd does not accept its configuration by now, as roles do', async () => {
    const { config, service } = machine;
    const gone = sessions.identity();
    const ending = await sessions.open(gone.key);
    const clean = readFileSync(config);
    const asks = new Promise<void>((resolve) => {
      service.before = (_method, path) => {
        if (path.startsWith('/host/changes')) resolve();
        return path.startsWith('/host/changes') ? nothing : undefined;
      };
    });
    const follow = following(machine, shell);
    await asks;
    appendFileSync(config, 'Nonsense yes\n');
    sessions.cut(sessions.serials(gone.serial));
    const roles = service.principals;
    service.principals = {};
    service.version += 1;
    const reported = service.report();
    service.before = undefined;
    await ending.ended;
    expect(await reported).toMatchObject({ result: 'sshd_config_invalid' });
    expect(existsSync(join(machine.state, 'current/principals', machine.login))).toBe(false);
    service.principals = roles;
    service.version += 1;
    follow.kill('SIGTERM');
    await once(follow, 'close');
    writeFileSync(config, clean);
    expect(await machine.run(['sync'])).toMatchObject(done);
  });

  it('none ends by a list that is not of this organization, altered, older or unreadable, and the one before stays', async () => {
    const { service } = machine;
    const { key, serial } = sessions.identity();
    const stays = await sessions.open(key);
    sessions.cut(sessions.serials(serial));
    const real = service.cutText();
    const refused: readonly (readonly [string, string])[] = [
      ['cut_signature_wrong', service.signedCut(real).replace('\nmade 1', '\nmade 2')],
      ['cut_signature_wrong', service.signedCut(real, service.userAuthority)],
      ['cut_signature_wrong', service.signedCut(real, service.bundleKey, 'bundle@writ')],
      ['cut_unreadable', real],
      ['cut_unreadable', ''],
      ['cut_unreadable', service.signedCut(real.replace(/end\n$/, ''))],
      ['cut_unreadable', service.signedCut(real.replace('certificate', 'certificates'))],
      ['cut_of_another_organization', service.signedCut(service.cutText('0'.repeat(16)))],
      ['cut_older', service.signedCut(real.replace(/^number .*$/m, 'number 1'))],
      ['cut_too_large', service.signedCut(real) + 'x'.repeat(4 * 1024 * 1024)],
    ];
    const before = machine.read('cut');
    for (const [code, text] of part(shell, refused)) {
      service.cutInstead = () => text;
      const said = await machine.run(['sync']);
      expect(said).toMatchObject({ status: 7 });
      expect(said.stderr).toContain(`(${code})`);
      expect(service.reports.at(-1)).toMatchObject({ result: code });
      expect(machine.read('cut')).toBe(before);
    }
    expect(stays.client.exitCode).toBeNull();
    // Nor by one that was damaged where it is.
    writeFileSync(join(machine.state, 'cut'), before.replace(/^end$/m, `${sessions.serials(serial)}\nend`));
    service.cutInstead = () => 'nothing that is one';
    expect(await machine.run(['sync'])).toMatchObject({ status: 7 });
    expect(stays.client.exitCode).toBeNull();
    writeFileSync(join(machine.state, 'cut'), before);
    expect(await machine.ordinaryLogsIn()).toBe(true);
    writeFileSync(`${machine.state}/cut.sum`, machine.read('cut.sum').replace(/ .*/, ' 7000000000'));
    service.cutInstead = undefined;
    expect(await machine.run(['sync'])).toMatchObject(done);
    await stays.ended;
  });

  inTurn[6]?.('one ends that does not come over TCP, by what sshd wrote of its process', async () => {
    const { service } = machine;
    const [gone, stays] = [sessions.identity(), sessions.identity()];
    const [ending, other] = [await withoutNetwork(machine, gone), await withoutNetwork(machine, stays)];
    // What sshd says of where they come from is the same.
    const written = ({ pid, line }: WithoutNetwork) => `${stamp()}+00:00 vm-1 sshd[${pid}]: ${line}\n`;
    const log = () => writeFileSync(sessions.logFile, [ending, other].map(written).join(''));
    sessions.cut(sessions.serials(gone.serial));
    log();
    expect(await machine.run(['sync'])).toMatchObject(done);
    await ending.ended;
    expect(other.client.exitCode).toBeNull();
    expect(service.sessions.at(-1)).toMatchObject({
      sessions: [{ serial: String(stays.serial), from: null, login: machine.login }],
    });
    expect(service.statements.at(-1)).toMatch(/^sessions 1\nunknown 0$/m);
    // Without a process, what is written is of any of them.
    const third = await withoutNetwork(machine, gone);
    writeFileSync(sessions.logFile, `${third.line}\n`);
    expect(await machine.run(['sync'])).toMatchObject(done);
    expect(third.client.exitCode).toBeNull();
    expect(sessions.known()).toHaveLength(1);
    for (const { client, ended } of [other, third]) {
      client.kill('SIGKILL');
      await ended;
    }
  });

  inTurn[3]?.(
    'one that is about to begin when the list comes ends while the host follows, with nothing new',
    async () => {
      const { service } = machine;
      const gone = sessions.identity();
      sessions.cut(sessions.serials(gone.serial));
      expect(await machine.run(['sync'])).toMatchObject(done);
      const late = await sessions.open(gone.key);
      sessions.log();
      service.before = (_method, path) => (path.startsWith('/host/changes') ? nothing : undefined);
      const follow = following(machine, shell);
      await late.ended;
      follow.kill('SIGTERM');
      await once(follow, 'close');
      service.before = undefined;
    },
  );
});

/** A session whose sshd was started for it alone, with pipes in place of a connection. */
interface WithoutNetwork {
  readonly client: ChildProcess;
  /** Of the sshd that answers for it. */
  readonly pid: number;
  /** What that one has written of how somebody was let in. */
  readonly line: string;
  readonly ended: Promise<unknown>;
}

async function withoutNetwork({ directory, config, login }: Machine, by: Identity): Promise<WithoutNetwork> {
  const log = join(directory, `log_${by.serial}_${Date.now()}`);
  const sshd = process.env['WRIT_SSHD'] ?? '/usr/sbin/sshd';
  const options = [
    ...['BatchMode=yes', 'IdentitiesOnly=yes', 'IdentityAgent=none', ...Machine.unproved],
    `ProxyCommand='${sshd}' -i -f '${config}' -E '${log}'`,
  ].flatMap((each) => ['-o', each]);
  const args = ['-q', '-F', 'none', '-i', by.key.path, ...options, `${login}@vm`, atWork];
  const client = spawn('ssh', args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(client, 'close');
  await Promise.race([once(client.stdout, 'data'), ended]);
  const accepted = /^Accepted publickey .*$/m.exec(readFileSync(log, 'utf8'))?.[0] ?? '';
  const below = readFileSync(`/proc/${client.pid}/task/${client.pid}/children`, 'utf8').trim();
  return { client, pid: Number(below), line: accepted, ended };
}

/** This moment, as logs write it here. */
function stamp(form = '%Y-%m-%dT%H:%M:%S'): string {
  return execFileSync('date', [`+${form}`], {
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], LC_ALL: 'C' },
  }).trim();
}

/** As the service answers where nothing is new. */
const nothing = { status: 200, body: 'writ-changes 1\nnonce writ_n.x\nend\n' };

/** The kit, following what changes. */
function following({ directory, state }: Machine, shell: Shell): ChildProcess {
  const [command, ...first] = interpreter(shell);
  return endWithUs(
    spawn(command, [...first, kit, 'follow', '--directory', state], {
      env: { PATH: join(directory, 'bin'), HOME: directory },
      stdio: 'ignore',
    }),
  );
}

/** How many processes there are of that command. */
function running(command: string): number {
  return readdirSync('/proc').filter((name) => {
    try {
      return readFileSync(`/proc/${name}/cmdline`, 'utf8') === `${command.replaceAll(' ', '\0')}\0`;
    } catch {
      return false;
    }
  }).length;
}

/** Has a file open on the other side, of which nothing is read: SSH_FXP_INIT and SSH_FXP_OPEN (draft-ietf-secsh-filexfer-02); resolves with the handle's arrival. */
async function openBySftp({ stdin, stdout }: ChildProcess, file: string): Promise<void> {
  const number = (value: number): Buffer => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(value);
    return bytes;
  };
  const packet = (type: number, ...parts: readonly Buffer[]): Buffer => {
    const body = Buffer.concat([Buffer.from([type]), ...parts]);
    return Buffer.concat([number(body.length), body]);
  };
  const name = Buffer.from(file);
  const [read, noAttributes] = [number(1), number(0)];
  for (const request of [
    packet(1, number(3)),
    packet(3, number(1), number(name.length), name, read, noAttributes),
  ]) {
    const answered = once(stdout as NonNullable<typeof stdout>, 'data');
    stdin?.write(request);
    const [answer] = (await answered) as [Buffer];
    // SSH_FXP_VERSION, SSH_FXP_HANDLE.
    expect([2, 102]).toContain(answer[4]);
  }
}

/** Lines of sshd_config: who comes from there needs two keys. */
const askingForTwo = (where: string) => `Match ${where}\n  AuthenticationMethods publickey,publickey\n`;

/** Processes of some login's own that are called sshd and hold so many files open that their names fit into no program's arguments. */
async function pretenders(directory: string): Promise<readonly ChildProcess[]> {
  const program = join(directory, 'sshd-of-somebody');
  copyFileSync('/bin/bash', program);
  chmodSync(program, 0o755);
  const script =
    'n=$(ulimit -Hn); [ "$n" -le 20000 ] || n=20000; ulimit -n "$n"; i=10; while [ "$i" -lt "$n" ]; do eval "exec $i</dev/null"; i=$((i + 1)); done; echo open; read -r end';
  // Whoever is root has somebody else to be.
  const owner = process.getuid?.() === 0 ? { uid: 65_534 } : {};
  const all = [1, 2, 3, 4, 5].map(() =>
    spawn(program, ['-c', script], { ...owner, cwd: '/', stdio: ['pipe', 'pipe', 'inherit'] }),
  );
  await Promise.all(all.map(({ stdout }) => once(stdout, 'data')));
  return all;
}
