import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { endWithUs } from '@writ/testkit/end-with-us';
import { sha256 } from './bundle.js';
import { makeKey, makeKrl } from './keys.js';
import { kit, Machine } from './machine.js';
import { problem } from './stub-service.js';
import { installed, interpreter, shells } from './toolbox.js';

const fetcherOf = { dash: 'curl', busybox: 'curl', bash: 'wget' } as const;

/** What a host states is the same in each shell, so that one has to do; with WRIT_HOST_TESTS=all, all of them. */
const tried = process.env['WRIT_HOST_TESTS'] === 'all' ? installed(shells) : installed(shells).slice(0, 1);

describe.each(tried)('in %s, a host', (shell) => {
  let machine: Machine;
  beforeAll(async () => {
    machine = await Machine.start({ shell, fetcher: fetcherOf[shell], hostKeys: ['ed25519', 'ecdsa'] });
    machine.service.takesStatements = true;
    await machine.joined();
  });
  afterAll(() => machine.stop());

  const file = (name: string): string => join(machine.state, name);
  const config = (): string => readFileSync(machine.config, 'utf8');

  it('states under a host key which KRL its sshd uses, when it has joined and with every sync', async () => {
    const { service } = machine;
    expect(service.statements).toHaveLength(1);
    service.krlVersion += 1;
    expect(await machine.run(['sync'])).toMatchObject({ status: 0, stderr: '' });
    const [, statement = ''] = service.statements;
    expect(statement.replace(/^(nonce|time) .*$/gm, '$1')).toBe(
      [
        'writ enforced v1',
        `organization ${service.organization}`,
        `host ${service.joined?.id ?? ''}`,
        'nonce',
        `krl 2 ${sha256(service.krl())}`,
        'canary revoked',
        'known-good ok',
        `revoked-keys ${file('revoked_keys')}`,
        'cut -',
        'sessions 0',
        'unknown 0',
        'time',
        '',
      ].join('\n'),
    );
    expect(existsSync(file('unstated'))).toBe(false);
    // More than a service believes.
    writeFileSync(file('ended'), '250000\n');
    expect(await machine.run(['sync'])).toMatchObject({ status: 0, stderr: '' });
    expect(service.statements).toHaveLength(3);
    expect(service.statements.at(-1)).toContain('\nsessions 100000\n');
  });

  /** What is wrong; how to make it so, and what puts it right. */
  const wrong: readonly (readonly [string, () => void, () => void])[] = [
    [
      'whose sshd reads another file',
      () => writeFileSync(machine.config, `RevokedKeys ${machine.directory}/mine\n${config()}`),
      () => writeFileSync(machine.config, config().replace(/^RevokedKeys .*mine\n/, '')),
    ],
    [
      'whose sshd reads another file for some addresses',
      () => writeFileSync(machine.config, `${config()}\nMatch Address 192.0.2.0/24\n  RevokedKeys none\n`),
      () => writeFileSync(machine.config, config().replace(/\nMatch Address [^]*RevokedKeys none\n/, '')),
    ],
    [
      'whose sshd reads another file for one login',
      () => writeFileSync(machine.config, `${config()}\nMatch User ${machine.login}\n  RevokedKeys none\n`),
      () => writeFileSync(machine.config, config().replace(/\nMatch User [^]*RevokedKeys none\n/, '')),
    ],
  ];

  it.each(wrong)('%s states nothing, and reports that', async (_, begin, end) => {
    const { service } = machine;
    const before = service.statements.length;
    begin();
    service.krlVersion += 1;
    const said = await machine.run(['sync']);
    expect(said.status).toBe(8);
    expect(said.stderr).toContain('(revocations_not_enforced)');
    expect(service.statements).toHaveLength(before);
    expect(service.reports.at(-1)).toMatchObject({ result: 'revocations_not_enforced' });
    expect(existsSync(file('unstated'))).toBe(true);
    end();
    expect(await machine.run(['sync'])).toMatchObject({ status: 0, stderr: '' });
    expect(service.statements).toHaveLength(before + 1);
    expect(existsSync(file('unstated'))).toBe(false);
  });

  it('whose file was put in the place of the one that came does not state it', async () => {
    const { service } = machine;
    const before = service.statements.length;
    copyFileSync(file('revoked_keys'), file('kept'));
    // A sync would fetch it anew: the service has nothing to say to this one.
    service.before = (_method, path) =>
      path.startsWith('/host/changes')
        ? { status: 200, body: 'writ-changes 1\nnonce writ_n.x\nend\n' }
        : undefined;
    writeFileSync(
      file('revoked_keys'),
      makeKrl(machine.directory, service.krlVersion, [service.canary.line]),
    );
    const said = await machine.run(['sync']);
    expect(said.stderr).toContain('revoked_keys is not what was put there');
    expect(service.statements).toHaveLength(before);
    service.before = undefined;
    copyFileSync(file('kept'), file('revoked_keys'));
  });

  it('whose statement is refused says so, but for a nonce that another kit was faster with', async () => {
    const { service } = machine;
    const refusal = (rule: string) => () => {
      const { status, headers } = problem(422, 'statement_refused', 'No.');
      const failures = [{ rule, message: 'No.' }];
      const body = JSON.stringify({ type: 'urn:writ:problem:statement_refused', detail: 'No.', failures });
      return { status, body, ...(headers === undefined ? {} : { headers }) };
    };
    service.krlVersion += 1;
    service.statementInstead = refusal('key_unknown');
    const said = await machine.run(['sync']);
    expect(said.status).toBe(6);
    expect(said.stderr).toContain('(statement_refused)');
    service.statementInstead = refusal('nonce_used');
    expect(await machine.run(['sync'])).toMatchObject({ status: 0, stderr: '' });
    expect(existsSync(file('unstated'))).toBe(true);
    service.statementInstead = undefined;
    expect(await machine.run(['sync'])).toMatchObject({ status: 0, stderr: '' });
    expect(existsSync(file('unstated'))).toBe(false);
  });

  it('signs with a key that counts', async () => {
    const { service } = machine;
    const [first = ''] = service.joined?.keys ?? [];
    service.revokedKeys = [first];
    service.version += 1;
    service.krlVersion += 1;
    const before = service.statements.length;
    expect(await machine.run(['sync'])).toMatchObject({ status: 0 });
    expect(service.statements).toHaveLength(before + 1);
    expect(service.signers.at(-1)).not.toBe(first);
  });
});

it('a host whose sshd had revocations of its own states the file that holds both', async () => {
  const [shell = 'dash'] = installed(shells);
  const directory = mkdtempSync(join(tmpdir(), 'writ-theirs-'));
  const theirs = makeKey(directory, 'theirs');
  writeFileSync(join(directory, 'revoked'), `${theirs.line}\n`);
  const machine = await Machine.start({ shell, config: [`RevokedKeys ${directory}/revoked`] });
  try {
    machine.service.takesStatements = true;
    await machine.joined();
    const file = `${machine.state}/theirs/revoked_keys`;
    const digest = sha256(machine.service.krl());
    expect(machine.service.statements.at(-1)).toContain(`\nkrl 1 ${digest}\n`);
    expect(machine.service.statements.at(-1)).toContain(`\nrevoked-keys ${file}\n`);
  } finally {
    await machine.stop();
    rmSync(directory, { recursive: true });
  }
});

describe('a host that follows', () => {
  const [shell = 'dash'] = installed(shells);
  let machine: Machine;
  let following: ChildProcess;
  beforeAll(async () => {
    machine = await Machine.start({ shell });
    machine.service.takesStatements = true;
    await machine.joined();
  });
  afterAll(async () => {
    following.kill('SIGKILL');
    await machine.stop();
  });

  it('states what is in force when it begins, and after each KRL, and not otherwise', async () => {
    const { service } = machine;
    const began = service.statement();
    const [command, ...first] = interpreter(shell);
    following = endWithUs(
      spawn(command, [...first, kit, 'follow', '--directory', machine.state], {
        env: { PATH: join(machine.directory, 'bin'), HOME: machine.directory },
        stdio: 'ignore',
      }),
    );
    expect(await began).toContain('\nkrl 1 ');
    await service.holds();
    service.version += 1;
    const reported = service.report();
    service.tell();
    await reported;
    await service.holds();
    const before = service.statements.length;
    service.krlVersion += 1;
    const stated = service.statement();
    service.tell();
    expect(await stated).toContain('\nkrl 2 ');
    expect(service.statements).toHaveLength(before + 1);
    following.kill('SIGTERM');
    await once(following, 'close');
  });
});
