import { appendFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Machine } from './machine.js';
import { atWork, OpenSessions } from './open-sessions.js';
import { installed, shells } from './toolbox.js';

const [shell = 'dash'] = installed(shells);
const done = { status: 0, stderr: '' };

let machine: Machine;
let sessions: OpenSessions | undefined;
afterEach(async () => {
  await sessions?.close();
  await machine.stop();
});

/** Only root's sshd can use PAM, with pam_exec: an ordinary user is told that there is none. */
if (process.getuid?.() === 0) {
  it('a session is known by what PAM says of it, ends by that, and no login depends on the line', async () => {
    machine = await Machine.start({ shell, pam: true });
    const twoKeys = 'Match Address 127.0.0.2\n  AuthenticationMethods publickey,publickey\n  LogLevel INFO\n';
    appendFileSync(machine.config, twoKeys);
    const file = join(machine.directory, 'pam.d/sshd');
    const original = readFileSync(file, 'utf8').trimEnd();
    writeFileSync(file, original);
    const pam = ['--pam', 'yes', '--pam-file', file, '--log-file', '/dev/null'];
    const killed = { signal: 'SIGKILL' };
    const { token } = machine.service;
    expect(await machine.join(pam, token, { WRIT_HOST_STOP_AFTER: 'pam-intent' })).toMatchObject(killed);
    expect(await machine.run(['sync'], '', { WRIT_HOST_STOP_AFTER: 'pam-written' })).toMatchObject(killed);
    expect(await machine.run(['sync'])).toMatchObject(done);
    const line = `session optional pam_exec.so quiet type=open_session ${machine.state}/session-opened`;
    expect(readFileSync(file, 'utf8')).toBe(`${line}\n${original}`);

    sessions = new OpenSessions(machine);
    const [gone, stays] = [sessions.identity(), sessions.identity('x"\n        Serial: 5\n')];
    const ending = [await sessions.open(gone.key), await sessions.open(gone.key, ['-N', sessions.place])];
    const byKey = await sessions.open(machine.ordinaryKey);
    const { ordinaryKey, service } = machine;
    const two = ['-i', ordinaryKey.path, '-b', '127.0.0.2', sessions.place, atWork];
    ending.push(await sessions.open(gone.key, two));
    const other = await sessions.open(stays.key);
    service.takesStatements = true;
    sessions.cut(sessions.serials(1));
    expect(await machine.run(['sync'])).toMatchObject(done);
    const serials = (service.sessions.at(-1) as { sessions: { serial: string | null }[] }).sessions;
    expect(serials.filter(({ serial }) => serial === String(gone.serial))).toHaveLength(3);
    expect(service.statements.at(-1)).toMatch(/^unknown 0$/m);
    sessions.cut(sessions.serials(gone.serial), `key ${machine.ordinaryKey.fingerprint}`);
    expect(await machine.run(['sync'])).toMatchObject(done);
    await Promise.all([...ending, byKey].map(({ ended }) => ended));
    expect(sessions.known()).toMatchObject([
      { how: 'pam', login: machine.login, serial: String(stays.serial), key: stays.key.fingerprint },
    ]);
    // Which role it is of the certificate says: nobody has to be asked.
    const kept = join(machine.state, 'sessions');
    const roles = readdirSync(kept).filter((name) => name.startsWith('role.'));
    expect(roles.map((name) => readFileSync(join(kept, name), 'utf8'))).toEqual(['role:webadmin\n']);
    expect(machine.service.requests.join()).not.toContain('roles=yes');
    expect(other.client.exitCode).toBeNull();
    expect((await machine.run(['status'])).stdout).toMatch(/^Sessions +1 open, known by PAM$/m);
    await sessions.close();

    // Whatever becomes of what it starts.
    const hook = join(machine.state, 'session-opened');
    for (const text of ['#!/bin/sh\nexit 9\n', 'no program\n', '']) {
      writeFileSync(hook, text);
      expect(await machine.ordinaryLogsIn()).toBe(true);
    }
    const without = await machine.run(['sync', '--pam', 'no']);
    expect(without).toMatchObject(done);
    expect(without.stdout).toContain(`${file} is byte for byte what it was.`);
    expect(readFileSync(file, 'utf8')).toBe(original);
    expect(await machine.run(['sync', '--pam', 'yes'])).toMatchObject(done);
    expect(readFileSync(file, 'utf8')).toBe(`${line}\n${original}`);
    const left = await machine.run(['leave', '--yes']);
    expect(left).toMatchObject(done);
    expect(left.stdout).toContain(`${file} is byte for byte what it was.`);
    expect(readFileSync(file, 'utf8')).toBe(original);
    expect(readdirSync(join(machine.directory, 'pam.d'))).toEqual(['sshd']);
    expect(await machine.ordinaryLogsIn()).toBe(true);
  });
} else {
  it('where sshd does not use PAM, that is said', async () => {
    machine = await Machine.start({ shell });
    const said = await machine.join(['--pam', 'yes']);
    expect(said.status).toBe(4);
    expect(said.stderr).toContain('(pam_not_used)');
    expect(machine.service.requests).toEqual([]);
  });
}
