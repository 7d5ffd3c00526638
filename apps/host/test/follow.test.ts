import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  watch,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { endWithUs } from '@writ/testkit/end-with-us';
import { makeKey } from './keys.js';
import { kit, Machine } from './machine.js';
import { problem, type StubService } from './stub-service.js';
import { installed, interpreter, shells } from './toolbox.js';

const fetcherOf = { dash: 'wget', busybox: 'curl', bash: 'curl' } as const;

/** One after the other waits here, so that one shell has to do; with WRIT_HOST_TESTS=all, all of them. */
const tried = process.env['WRIT_HOST_TESTS'] === 'all' ? installed(shells) : installed(shells).slice(0, 1);

describe.each(tried)('in %s, a host that follows', (shell) => {
  let machine: Machine;
  let following: ChildProcess;

  beforeAll(async () => {
    machine = await (await Machine.start({ shell, fetcher: fetcherOf[shell] })).joined();
    watchTime();
    follow();
    await machine.service.holds();
  });
  afterAll(async () => {
    following.kill('SIGKILL');
    await machine.stop();
  });

  function follow(): void {
    const [command, ...first] = interpreter(shell);
    following = endWithUs(
      spawn(command, [...first, kit, 'follow', '--directory', machine.state], {
        env: { PATH: join(machine.directory, 'bin'), HOME: machine.directory },
        stdio: ['ignore', 'ignore', openSync(complaints(), 'w')],
      }),
    );
  }

  const complaints = () => join(machine.directory, 'complaints');
  const sleeps = () => join(machine.directory, 'sleeps');

  /** A program that does something first: `before`, lines of sh. */
  function wrap(name: string, before: string): void {
    const path = join(machine.directory, 'bin', name);
    const real = readlinkSync(path);
    rmSync(path);
    const command = real.endsWith('busybox') ? `${real} ${name}` : real;
    writeFileSync(path, `#!/bin/sh\n${before}\nexec ${command} "$@"\n`);
    chmodSync(path, 0o755);
  }

  /** While this file is there, no time passes. */
  const stopped = () => join(machine.directory, 'stopped');

  function watchTime(): void {
    writeFileSync(sleeps(), '');
    wrap('sleep', `echo "$1" >>${sleeps()}`);
    wrap('date', `[ ! -f ${stopped()} ] || exec cat ${stopped()}`);
  }

  /** How often it slept for a second or more: it does nothing else then. */
  const rests = () => (readFileSync(sleeps(), 'utf8').match(/^[1-9]/gm) ?? []).length;

  /** The service says that something changed; resolves with what the host reports then. */
  async function told(): Promise<Record<string, unknown>> {
    const reported = machine.service.report();
    machine.service.tell();
    return reported;
  }

  it('has a role, and a revocation, as soon as the service says so', async () => {
    const { service } = machine;
    service.version += 1;
    service.principals = { [machine.login]: ['second'] };
    expect(await told()).toMatchObject({ result: 'ok', bundle: String(service.version) });
    expect(await machine.logsIn('second')).toBe(true);
    await service.holds();
    service.krlVersion += 1;
    service.revoked = [machine.userKey.line];
    expect(await told()).toMatchObject({ result: 'ok' });
    expect(await machine.logsIn('second')).toBe(false);
    await service.holds();
    service.revoked = [];
    service.krlVersion += 1;
    expect(await told()).toMatchObject({ result: 'ok' });
  });

  it('is there again at once for the next revocation', async () => {
    const { service } = machine;
    const before = rests();
    for (let n = 0; n < 3; n++) {
      await service.holds();
      service.krlVersion += 1;
      expect(await told()).toMatchObject({ result: 'ok' });
    }
    await service.holds();
    expect(rests()).toBe(before);
  });

  it.each<[string, () => void, () => void]>([
    [
      'sshd_block_changed',
      () => writeFileSync(machine.config, config().replace(/^(# BEGIN.*\n)/, '$1ClientAliveInterval 60\n')),
      () => writeFileSync(machine.config, config().replace('ClientAliveInterval 60\n', '')),
    ],
    ['bundle_limits_wrong', () => replaceAuthority(), () => replacedAuthority()],
  ])(
    'and for a revocation, too, while it cannot take something else on (%s)',
    async (result, spoil, mend) => {
      const { service } = machine;
      await service.holds();
      const before = rests();
      spoil();
      for (let n = 0; n < 3; n++) {
        service.krlVersion += 1;
        expect(await told()).toMatchObject({ result });
        await service.holds();
        expect(service.requests.at(-1)).toContain(`&krl=${service.krlVersion}&`);
      }
      expect(rests()).toBe(before);
      mend();
      service.krlVersion += 1;
      expect(await told()).toMatchObject({ result: 'ok', bundle: String(service.version) });
      await service.holds();
      expect(rests()).toBe(before);
    },
  );

  const config = () => readFileSync(machine.config, 'utf8');

  function roles(role: string): void {
    machine.service.version += 1;
    machine.service.principals = { [machine.login]: [role] };
  }

  /** The bundle that trusts another authority cannot be put in use, and the one before it is revoked. */
  function replaceAuthority(): void {
    const { service } = machine;
    service.sessionLimits = 'no limit\n';
    service.revoked = [service.userAuthority.line];
    service.userAuthority = makeKey(machine.directory, 'other_ca');
    service.takesStatements = true;
    roles('second');
  }

  function replacedAuthority(): void {
    const { service } = machine;
    expect(service.statements.at(-1)).toContain(`krl ${service.krlVersion} `);
    service.sessionLimits = '';
    service.takesStatements = false;
    roles('second');
  }

  it('and gives itself a rest only where there is no end of news', async () => {
    const { service } = machine;
    await service.holds();
    const before = rests();
    const rested = new Promise<void>((resolve) => {
      const watcher = watch(sleeps(), () => {
        if (rests() === before) return;
        watcher.close();
        resolve();
      });
    });
    writeFileSync(stopped(), `${Math.floor(Date.now() / 1000)}\n`);
    service.before = (_, path) =>
      path.startsWith('/host/changes') ? problem(401, 'host_token_invalid', 'Prove it again.') : undefined;
    service.krlVersion += 1;
    service.tell();
    await rested;
    rmSync(stopped());
    service.before = undefined;
    await service.holdsAnother();
  });

  it('keeps nobody from working meanwhile, and follows once', async () => {
    await machine.service.holds();
    expect(await machine.run(['sync'])).toMatchObject({ status: 0, stderr: '' });
    const said = await machine.run(['follow']);
    expect(said.status).toBe(9);
    expect(said.stderr).toContain('(busy)');
  });

  it('proves its key anew when its token is over', async () => {
    const { service } = machine;
    await service.holds();
    service.expireTokens();
    service.version += 1;
    service.principals = { [machine.login]: ['third'] };
    service.tell();
    expect(await told()).toMatchObject({ result: 'ok', bundle: String(service.version) });
    expect(service.requests).toContain('POST /host/tokens');
    expect(await machine.logsIn('third')).toBe(true);
  });

  const wrong = {
    changes_unreadable: (service: StubService) => (service.changesInstead = (real) => real.subarray(0, -3)),
    bundle_signature_wrong: (service: StubService) =>
      (service.bundleInstead = (real) => Buffer.from(real.toString().replace('role:good', 'role:goot'))),
    revocations_signature_wrong: (service: StubService) => {
      service.krlInstead = (real) => real;
      service.krlSignatureInstead = () => '\n';
    },
  };

  it.each(Object.entries(wrong))('refuses an answer for %s, and goes on from there', async (code, begin) => {
    const { service } = machine;
    const [before = ''] = service.principals[machine.login] ?? [];
    await service.holds();
    begin(service);
    service.version += 1;
    service.principals = { [machine.login]: [`good${service.version}`] };
    expect(await told()).toMatchObject({ result: code });
    expect(await machine.logsIn(code.startsWith('revocations') ? `good${service.version}` : before)).toBe(
      true,
    );
    service.changesInstead = service.bundleInstead = undefined;
    service.krlInstead = service.krlSignatureInstead = undefined;
    service.version += 1;
    service.principals = { [machine.login]: [`good${service.version}`] };
    for (let report; report?.['result'] !== 'ok';) report = await service.report();
    expect(await machine.logsIn(`good${service.version}`)).toBe(true);
  });

  it('killed in the midst of waiting can be started again', async () => {
    await machine.service.holds();
    following.kill('SIGKILL');
    await once(following, 'close');
    // A number that it left behind is somebody else's by now.
    const other = join(machine.directory, 'curl');
    symlinkSync('/bin/sh', other);
    const stranger = endWithUs(
      spawn(other, ['-c', 'read -r _; exit 7'], { argv0: 'sh', stdio: ['pipe', 'ignore', 'ignore'] }),
    );
    const leftover = join(machine.state, 'follow/1');
    mkdirSync(leftover, { recursive: true });
    writeFileSync(join(leftover, 'fetching'), `${stranger.pid}\n`);
    const again = machine.service.holdsAnother();
    follow();
    await again;
    stranger.stdin?.end('on\n');
    expect(await once(stranger, 'close')).toEqual([7, null]);
    machine.service.version += 1;
    machine.service.principals = { [machine.login]: ['fifth'] };
    expect(await told()).toMatchObject({ result: 'ok', bundle: String(machine.service.version) });
    expect(await machine.logsIn('fifth')).toBe(true);
  });

  it('ends at once when it is told to, and leaves nothing of the waiting', async () => {
    await machine.service.holds();
    following.kill('SIGTERM');
    await once(following, 'close');
    expect(following.exitCode).toBe(143);
    expect(existsSync(join(machine.state, 'follow'))).toBe(false);
    expect(existsSync(join(machine.state, 'lock'))).toBe(false);
  });

  it('is ended by leave', async () => {
    const again = machine.service.holdsAnother();
    follow();
    await again;
    const ended = once(following, 'close');
    expect(await machine.run(['leave', '--yes'])).toMatchObject({ status: 0, stderr: '' });
    await ended;
    expect(readFileSync(complaints(), 'utf8')).not.toContain('(service_not_reached)');
    expect(existsSync(machine.state)).toBe(false);
  });
});
