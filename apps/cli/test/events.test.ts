import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { buildCommandLine, type Built } from './built.js';
import { handle, problem, signedInHome, startStub, tokens, writ, type StubService } from './stub-service.js';

const route = `GET /v1/organizations/${handle}/events`;
const event = (id: number, more: object = {}) => ({
  ...{ id: String(id), at: `2026-01-31T08:00:0${id}.000Z`, kind: 'certificate.issued', actor: 'ana' },
  ...{ subject: `user:${id}`, data: { role: 'web' }, requestId: null },
  ...more,
});
const page = (items: readonly object[], next: string | null) => ({ status: 200, body: { items, next } });

describe('events', () => {
  let built: Built;
  let stub: StubService;
  let env: Built['env'];
  beforeAll(async () => {
    built = buildCommandLine();
    stub = await startStub();
    env = signedInHome(built, 'events', stub.url, tokens(1));
  });
  afterAll(async () => {
    await stub.stop();
    built.remove();
  });
  beforeEach(() => void (stub.seen.length = 0));

  it('are printed with the newest last, made printable', async () => {
    const odd = { subject: '\u001b[2J', data: { reason: 'left the company', 'a\nb': 1 }, actor: null };
    stub.on(route, page([event(2, odd), event(1)], null));
    expect(await writ(built, env, ['events'])).toEqual({
      status: 0,
      stdout:
        '2026-01-31 08:00 UTC certificate.issued user:1 by ana role=web\n' +
        '2026-01-31 08:00 UTC certificate.issued \\x1b[2J by somebody unknown reason="left the company"\n',
      stderr: '',
    });
    const elsewhere = { kind: 'user.locked', subject: 'msp/ana', data: { delegated: true }, actor: null };
    stub.on(route, page([event(2, elsewhere)], null));
    expect((await writ(built, env, ['events'])).stdout).toContain(' user.locked msp/ana by msp\n');
    stub.on(route, page([event(2, odd)], null));
    expect((await writ(built, env, ['events', '--long'])).stdout).toContain(
      'reason="left the company" a\\x0ab=1\n',
    );
  });

  it('are in words and instants, whoever did it', async () => {
    const data = { validBefore: '1769850000', principals: ['deploy', 'www'], roleId: 'r', reason: '' };
    const first = event(1, { kind: 'organization.created', actor: null, subject: 'acme', data: {} });
    stub.on(route, page([event(2, { data }), first], null));
    expect((await writ(built, env, ['events'])).stdout).toBe(
      '2026-01-31 08:00 UTC organization.created acme by init on the server\n' +
        '2026-01-31 08:00 UTC certificate.issued user:2 by ana principals=deploy,www\n',
    );
    expect((await writ(built, env, ['events', '--long'])).stdout).toContain(
      'validBefore=2026-01-31T09:00Z principals=deploy,www roleId=r reason=""\n',
    );
  });

  it('say where it was done on the server, or by the service', async () => {
    const reset = event(2, { kind: 'user.reset', actor: null, subject: 'bo', data: { server: true } });
    const ended = event(1, { kind: 'user.unlocked', actor: null, subject: 'bo', data: { byItself: true } });
    stub.on(route, page([reset, ended], null));
    expect((await writ(built, env, ['events'])).stdout).toBe(
      '2026-01-31 08:00 UTC user.unlocked bo by the service\n' +
        '2026-01-31 08:00 UTC user.reset bo by somebody on the server\n',
    );
  });

  it('say where people of another organization are from, which did it at home', async () => {
    const locked = event(1, { kind: 'user.locked', actor: null, subject: 'msp/ana', data: {} });
    stub.on(route, page([locked], null));
    expect((await writ(built, env, ['events'])).stdout).toBe(
      '2026-01-31 08:00 UTC user.locked msp/ana by msp\n',
    );
  });

  it('that are none are said to be none', async () => {
    stub.on(route, page([], null));
    expect(await writ(built, env, ['events', '--kind', 'bogus'])).toEqual({
      ...{ status: 0, stdout: '', stderr: 'There are no such events.\n' },
    });
  });

  it('are followed from the oldest one shown, each once', async () => {
    stub.on(
      route,
      page([event(2), event(1)], null),
      page([event(1), event(2), event(3)], 'c1'),
      page([], 'c2'),
      page([event(4)], 'c3'),
      page([], 'c4'),
    );
    const words = [built.bundle, 'events', '--follow', '--json', '--kind', 'certificate.issued'];
    const child = spawn(process.execPath, words, { env, stdio: ['ignore', 'pipe', 'inherit'] });
    const ids: string[] = [];
    for await (const line of createInterface({ input: child.stdout })) {
      ids.push((JSON.parse(line) as { id: string }).id);
      if (ids.length === 4) break;
    }
    const ended = new Promise<NodeJS.Signals | null>((resolve) =>
      child.once('close', (_, signal) => resolve(signal)),
    );
    child.kill('SIGINT');
    expect(await ended).toBe('SIGINT');
    expect(ids).toEqual(['1', '2', '3', '4']);
    const [first, ...following] = stub.queries(route);
    expect(first).toMatchObject({ order: 'newest', kind: 'certificate.issued' });
    expect(following[0]).toMatchObject({ order: 'oldest', since: event(1).at, kind: 'certificate.issued' });
    expect(following.slice(1, 3).map(({ cursor }) => cursor)).toEqual(['c1', 'c2']);
  });

  it('end quietly when nobody reads any more', async () => {
    stub.on(route, page([event(2), event(1)], null), page([event(3)], 'c'));
    const words = [built.bundle, 'events', '--follow'];
    const child = spawn(process.execPath, words, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
    stub.on(route, page([event(1)], null), ...[3, 4, 5, 6, 7, 8].map((id) => page([event(id)], 'c')));
    child.stdout.once('data', () => child.stdout.destroy());
    expect(await new Promise((resolve) => child.once('close', resolve))).toBe(141);
    expect(said).toBe('');
  });

  it('are followed further when the service comes back, and that it was away is said once', async () => {
    const busy = { status: 503, body: problem('shutting_down', 503) };
    const over = { status: 401, body: problem('session_ended', 401) };
    stub.on(
      route,
      ...[page([event(1)], null), page([event(2)], 'c1'), busy, busy, 'lost' as const, 'lost' as const],
      ...['lost' as const, page([event(3)], 'c2'), over],
    );
    const ended = await writ(built, env, ['events', '--follow', '--json']);
    expect(ended.status).toBe(4);
    const ids = ended.stdout
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { id: string }).id);
    expect(ids).toEqual(['1', '2', '3']);
    expect(ended.stderr).toMatch(
      /^warning: It is shutting_down\. Asking again until it answers\.\n.*\[?not_signed_in\]?.*\n$/,
    );
    expect(
      stub
        .queries(route)
        .slice(2, -1)
        .map(({ cursor }) => cursor),
    ).toEqual(Array(6).fill('c1'));
  });
});
