import { Controller } from '@nestjs/common';
import { CurrentCaller, Handle, Input, type InputOf, type SignedInCaller } from '@writ/api';
import { Problem, type Route, type SessionTokens } from '@writ/contract';
import { connect } from 'node:net';
import { z } from 'zod';
import { startTestService, type TestService } from './service.js';

const probe = {
  id: 'probe',
  method: 'POST',
  path: '/v1/probe',
  summary: 'Does what it is told',
  access: 'self',
  params: z.strictObject({}),
  query: z.strictObject({}),
  body: z.strictObject({ act: z.enum(['answer', 'throw', 'lie', 'wait']) }),
  response: z.strictObject({ user: z.string() }),
  status: 200,
  problems: [],
  idempotent: false,
} as const satisfies Route;

/** Requests that wait, and what lets them go. */
const waiting: (() => void)[] = [];
const arrived: (() => void)[] = [];
const arrivals = (count: number): Promise<void> =>
  new Promise((resolve) => {
    const look = () => (waiting.length >= count ? resolve() : void arrived.push(look));
    look();
  });
const release = () => {
  for (const go of waiting.splice(0)) go();
};

@Controller()
class ProbeController {
  @Handle(probe)
  async act(
    @Input() { body }: InputOf<typeof probe>,
    @CurrentCaller() caller: SignedInCaller,
  ): Promise<{ user: string }> {
    if (body.act === 'throw') throw new Error('a secret of the database');
    if (body.act === 'lie') return JSON.parse('{"user": 17, "password": "hunter2"}') as { user: string };
    if (body.act === 'wait') {
      await new Promise<void>((resolve) => {
        waiting.push(resolve);
        for (const look of arrived.splice(0)) look();
      });
    }
    return { user: caller.userName };
  }
}

let service: TestService;
let tokens: SessionTokens;

beforeAll(async () => {
  service = await startTestService({
    environment: {
      WRIT_MAX_REQUESTS_PER_SOURCE: '4',
      WRIT_REQUEST_TIMEOUT_SECONDS: '6',
      WRIT_MAX_BODY_BYTES: '2048',
      WRIT_MAX_HEADER_BYTES: '4096',
    },
    extension: { routes: [probe], controllers: [ProbeController] },
  });
  tokens = await service.signIn();
});
afterAll(() => service.stop());
afterEach(release);

interface Sent {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string | Uint8Array;
}

async function send(path: string, { method = 'GET', headers = {}, body }: Sent = {}) {
  const answer = await fetch(service.url + path, {
    method,
    headers,
    ...(body === undefined ? {} : { body }),
  });
  const text = await answer.text();
  const type = answer.headers.get('content-type') ?? '';
  const problem = type.startsWith('application/problem+json') ? Problem.parse(JSON.parse(text)) : null;
  return { status: answer.status, headers: answer.headers, text, problem };
}

/** Sends bytes as they are, with the empty line that ends a head, and takes what comes until the connection ends. */
async function talk(sent: string) {
  const { port } = new URL(service.url);
  const text = await new Promise<string>((resolve, reject) => {
    const socket = connect(Number(port), '127.0.0.1', () => socket.write(`${sent}\r\n\r\n`));
    let received = '';
    socket.on('data', (chunk) => {
      received += chunk.toString();
      // A connection that would stay open for more is ended by us, once a whole problem is there.
      if (received.endsWith('}')) socket.end();
    });
    socket.on('close', () => resolve(received));
    socket.on('error', reject);
  });
  const [head = '', body = ''] = text.split('\r\n\r\n');
  const problem = body.includes('urn:writ') ? Problem.parse(JSON.parse(body)) : null;
  return { text, head, problem };
}

const json = { 'content-type': 'application/json' };
const signedIn = () => ({ ...json, authorization: `Bearer ${tokens.accessToken}` });
const act = (what: string) =>
  send('/v1/probe', { method: 'POST', headers: signedIn(), body: JSON.stringify({ act: what }) });
const signInWith = (body: string | Uint8Array, headers: Record<string, string> = json) =>
  send('/v1/sign-in', { method: 'POST', headers, body });

const good = { user: 'ana', password: 'x' };

describe('a request that cannot be served', () => {
  const deep = `${'['.repeat(900)}${']'.repeat(900)}`;
  const cases: [what: string, sent: () => ReturnType<typeof send>, status: number, code: string][] = [
    ['an unknown address', () => send('/v1/nothing'), 404, 'not_found'],
    ['a wrong method', () => send('/v1/sign-in'), 405, 'method_not_allowed'],
    [
      'a method nobody takes',
      () => send('/v1/sign-in', { method: 'PUT', headers: json, body: '{}' }),
      405,
      'method_not_allowed',
    ],
    ['a path that is not encoded well', () => send('/v1/organizations/%E0%A4%A'), 400, 'request_invalid'],
    ['a name too long to exist', () => send(`/v1/organizations/${'a'.repeat(300)}/krl`), 404, 'not_found'],
    ['no body', () => send('/v1/sign-in', { method: 'POST', headers: json }), 400, 'request_invalid'],
    ['a body that is not JSON', () => signInWith('{"user":'), 400, 'body_not_json'],
    [
      'a body in another encoding',
      () => signInWith(Buffer.from('{"user":"\xe9"}', 'latin1')),
      400,
      'body_not_json',
    ],
    ['a body that is a number', () => signInWith('17'), 400, 'request_invalid'],
    ['a deeply nested body', () => signInWith(deep), 400, 'body_not_json'],
    [
      'a deeply nested body with an escape in it',
      () => signInWith(`{"user":"\\u0061","password":${deep}}`),
      400,
      'body_not_json',
    ],
    [
      'a body of another type',
      () => signInWith('user=ana', { 'content-type': 'application/x-www-form-urlencoded' }),
      415,
      'content_type_unsupported',
    ],
    ['a body of no type', () => signInWith(Buffer.from('{}'), {}), 415, 'content_type_unsupported'],
    [
      'a body that is too large',
      () => signInWith(JSON.stringify({ ...good, password: 'x'.repeat(4000) })),
      413,
      'body_too_large',
    ],
    [
      'a field nobody knows',
      () => signInWith(JSON.stringify({ ...good, admin: true })),
      400,
      'request_invalid',
    ],
    [
      'a prototype in disguise',
      () => signInWith('{"user":"ana","password":"x","__proto__":{"admin":true}}'),
      400,
      'body_not_json',
    ],
    [
      'the same, escaped',
      () => signInWith('{"user":"ana","password":"x","\\u005f_proto__":{}}'),
      400,
      'body_not_json',
    ],
    [
      'a constructor in disguise',
      () => signInWith('{"user":"ana","password":"x","constructor":{}}'),
      400,
      'request_invalid',
    ],
    ['a query nobody knows', () => send('/healthz?x=1'), 400, 'request_invalid'],
    ['no token', () => send('/v1/whoami'), 401, 'access_token_invalid'],
    [
      'a header that is too large',
      () => send('/healthz', { headers: { 'x-large': 'x'.repeat(5000) } }),
      431,
      'headers_too_large',
    ],
  ];

  it.each(cases)('%s', async (_what, sent, status, code) => {
    const answer = await sent();
    expect(answer.problem).toMatchObject({ status, code, type: `urn:writ:problem:${code}` });
    expect(answer.status).toBe(status);
    expect(answer.problem?.detail.length).toBeGreaterThan(10);
    expect(answer.problem?.requestId).toBeDefined();
  });

  it.each<[what: string, sent: string, status: number, code: string]>([
    ['is not HTTP', 'this is not HTTP', 400, 'request_invalid'],
    ['speaks HTTP/2 at once', 'PRI * HTTP/2.0\r\n\r\nSM', 400, 'request_invalid'],
    ['names no host', 'GET /healthz HTTP/1.1', 400, 'request_invalid'],
    ['names two', 'GET /healthz HTTP/1.1\r\nhost: x\r\nHost: y', 400, 'request_invalid'],
    [
      'expects what nobody knows',
      'GET /healthz HTTP/1.1\r\nhost: x\r\nexpect: foo',
      417,
      'expectation_failed',
    ],
    ['wants a tunnel', 'CONNECT db.example:5432 HTTP/1.1\r\nhost: x', 400, 'request_invalid'],
    ['is about no address', 'OPTIONS * HTTP/1.1\r\nhost: x', 404, 'not_found'],
    ['has a method of another protocol', 'PROPFIND /healthz HTTP/1.1\r\nhost: x', 405, 'method_not_allowed'],
    [
      'says twice how long it is',
      'POST /v1/sign-in HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\ntransfer-encoding: chunked',
      400,
      'request_invalid',
    ],
  ])('that %s', async (_what, sent, status, code) => {
    const { problem, head } = await talk(sent);
    expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(head).toMatch(/^content-type: application\/problem\+json/im);
    expect(problem).toMatchObject({ status, code });
  });

  it('says which methods an address takes', async () => {
    expect((await send('/v1/sign-in')).headers.get('allow')).toBe('POST');
    const elsewhere = await send('/healthz', { method: 'POST', headers: json, body: '{}' });
    expect(elsewhere.headers.get('allow')).toBe('GET, HEAD');
    expect((await send('/healthz', { method: 'HEAD' })).status).toBe(200);
  });

  it('lists everything that is wrong with it, and where', async () => {
    const { problem } = await signInWith(JSON.stringify({ user: 'UPPER', password: 17, extra: 1 }));
    expect(problem?.failures?.map(({ rule }) => rule).sort()).toEqual(['body', 'body.password', 'body.user']);
  });

  it('gets no answer as large as itself', async () => {
    const unknown = Object.fromEntries(Array.from({ length: 150 }, (_, n) => [`field-${n}`, 0]));
    const { text, problem } = await signInWith(JSON.stringify({ ...good, ...unknown }));
    expect(problem?.failures?.[0]?.message).toMatch(/^Unrecognized keys: "field-0"/);
    expect(text.length).toBeLessThan(1_000);
  });
});

describe('a request that could be another protocol’s', () => {
  it.each(['websocket', 'h2c'])('(%s) is served as the one it is', async (protocol) => {
    const { head } = await talk(
      `GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: upgrade, close\r\nupgrade: ${protocol}`,
    );
    expect(head).toMatch(/^HTTP\/1.1 200 /);
  });

  it('is, of HTTP/1.0, served without a host', async () => {
    expect((await talk('GET /healthz HTTP/1.0')).head).toMatch(/^HTTP\/1.1 200 /);
  });

  it('goes on where it may expect to', async () => {
    const body = JSON.stringify({ user: 'ana', password: 'x' });
    const head = `POST /v1/sign-in HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/json`;
    const sent = `${head}\r\ncontent-length: ${body.length}\r\nexpect: 100-continue\r\n\r\n${body}`;
    expect((await talk(sent)).text).toMatch(/^HTTP\/1.1 100 Continue\r\n\r\nHTTP\/1.1 401 /);
  });
});

describe('an answer', () => {
  it('carries the request id that the client gave, if it is well formed', async () => {
    const given = await send('/healthz', { headers: { 'x-request-id': 'my-request.17' } });
    expect(given.headers.get('x-request-id')).toBe('my-request.17');
    for (const bad of ['short', 'with space in it', 'x'.repeat(65), '{"a":1}-xxxxxx']) {
      const { headers } = await send('/healthz', { headers: { 'x-request-id': bad } });
      expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    }
  });

  it('is not kept by anybody unless it is a file', async () => {
    expect((await send('/healthz')).headers.get('cache-control')).toBe('no-store');
    expect((await act('answer')).headers.get('cache-control')).toBe('no-store');
  });

  it('of a file is not sent to a client that has it', async () => {
    const first = await send('/openapi.json');
    const etag = first.headers.get('etag') ?? '';
    expect(etag).toMatch(/^"[\w-]+"$/);
    for (const held of [etag, `"x", ${etag}`, `W/${etag}`, '*']) {
      const again = await send('/openapi.json', { headers: { 'if-none-match': held } });
      expect([again.status, again.text]).toEqual([304, '']);
    }
    expect((await send('/openapi.json', { headers: { 'if-none-match': '"other"' } })).status).toBe(200);
  });

  it('that its schema does not know is not sent', async () => {
    const { problem, text } = await act('lie');
    expect(problem?.code).toBe('internal_error');
    expect(text).not.toContain('hunter2');
  });

  it('says nothing of an error that nobody foresaw, and the log says all', async () => {
    const { problem, text } = await act('throw');
    expect(problem).toMatchObject({ status: 500, code: 'internal_error' });
    expect(text).not.toContain('secret of the database');
    const line = service.log.find(
      ({ msg, requestId }) => msg === 'request failed' && requestId === problem?.requestId,
    );
    expect(JSON.stringify(line)).toContain('a secret of the database');
  });
});

describe('the description of the service', () => {
  it('is an OpenAPI document with every route', async () => {
    const document = JSON.parse((await send('/openapi.json')).text) as {
      openapi: string;
      paths: Record<string, object>;
    };
    expect(document.openapi).toBe('3.1.0');
    expect(Object.keys(document.paths)).toEqual(
      expect.arrayContaining([
        '/v1/sign-in',
        '/v1/organizations/{organization}/krl',
        '/healthz',
        '/v1/probe',
      ]),
    );
  });

  it('has a page that asks nobody else for anything', async () => {
    const page = await send('/docs');
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(page.text).not.toMatch(/https?:\/\//);
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    const script = await send('/docs/swagger-ui.js');
    expect(script.headers.get('content-type')).toContain('javascript');
    expect(script.text.length).toBeGreaterThan(100_000);
  });
});

describe('the log', () => {
  it('has one line for a request, and no secret in any', async () => {
    const id = 'logged-request-1';
    await send('/v1/whoami', { headers: { ...signedIn(), 'x-request-id': id } });
    const lines = service.log.filter((line) => line['requestId'] === id);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({
      method: 'GET',
      path: '/v1/whoami',
      status: 200,
      user: 'ana',
      source: '127.0.0.1',
    });
    await send(`/v1/${tokens.accessToken}?token=${tokens.refreshToken}`);
    const everything = JSON.stringify(service.log);
    for (const secret of [tokens.accessToken, tokens.refreshToken, 'correct horse']) {
      expect(everything.includes(secret)).toBe(false);
    }
  });
});

describe('a reverse proxy', () => {
  const warnings = ({ log }: TestService) => log.filter(({ msg }) => msg.startsWith('X-Forwarded-For'));
  const forwarded = (url: string) =>
    fetch(`${url}/healthz`, { headers: { 'x-forwarded-for': '203.0.113.7' } });

  it('that is not believed is warned of, once', async () => {
    for (let n = 0; n < 3; n += 1) expect((await forwarded(service.url)).status).toBe(200);
    const seen = warnings(service);
    expect(seen).toMatchObject([{ level: 'warn', peer: '127.0.0.1' }]);
    expect(seen[0]?.msg).toContain('WRIT_TRUSTED_PROXIES');
  });

  it('that is believed is not', async () => {
    const behind = await startTestService({ environment: { WRIT_TRUSTED_PROXIES: '127.0.0.0/8' } });
    try {
      await forwarded(behind.url);
      expect(warnings(behind)).toEqual([]);
    } finally {
      await behind.stop();
    }
  });
});

describe('a refusal before there is a route', () => {
  const path = (target: string) => `GET ${target} HTTP/1.1\r\nhost: x`;
  it.each<[what: string, sent: string, status: number]>([
    ['a path badly encoded', path('/%zz'), 400],
    ['a name too long to exist', path(`/v1/organizations/${'a'.repeat(300)}/krl`), 404],
    ['headers too large', `${path('/healthz')}\r\nx-large: ${'x'.repeat(5_000)}`, 431],
    ['no HTTP', `this is not HTTP: ${'x'.repeat(3_000)}`, 400],
    ['a tunnel', 'CONNECT db.example:5432 HTTP/1.1\r\nhost: x', 400],
    ['no host', 'GET /healthz HTTP/1.1', 400],
  ])('(%s) has the headers of every answer, and one short line in the log', async (_what, sent, status) => {
    const { problem, head } = await talk(sent);
    const id = problem?.requestId ?? '';
    expect(head).toMatch(new RegExp(`^x-request-id: ${id}\r?$`, 'im'));
    expect(head).toMatch(/^cache-control: no-store\r?$/im);
    expect(head).toMatch(/^x-content-type-options: nosniff\r?$/im);
    const lines = service.log.filter(({ requestId }) => requestId === id);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({ msg: 'request', status, problem: problem?.code, source: '127.0.0.1' });
    expect(JSON.stringify(lines[0]).length).toBeLessThan(1_000);
  });

  it('leaves one line however much garbage follows', async () => {
    const before = service.log.length;
    await talk(Array.from({ length: 200 }, () => 'garbage\r\n\r\n').join(''));
    expect(service.log.length - before).toBe(1);
  });
});

describe('too much at once', () => {
  it('from one address is refused until something is done', async () => {
    const held = [1, 2, 3, 4].map(() => act('wait'));
    await arrivals(4);
    const refused = await send('/healthz');
    expect(refused.problem).toMatchObject({ status: 429, code: 'too_many_requests' });
    expect(refused.headers.get('retry-after')).toBe('1');
    release();
    expect((await Promise.all(held)).map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect((await send('/healthz')).status).toBe(200);
  });

  it('is counted right when clients go away', async () => {
    const given = [1, 2, 3].map(() => {
      const gone = new AbortController();
      const answer = fetch(`${service.url}/v1/probe`, {
        method: 'POST',
        headers: signedIn(),
        body: JSON.stringify({ act: 'wait' }),
        signal: gone.signal,
      });
      return { gone, answer };
    });
    await arrivals(3);
    for (const { gone } of given) gone.abort();
    await Promise.allSettled(given.map(({ answer }) => answer));
    release();
    const held = [1, 2, 3, 4].map(() => act('wait'));
    await arrivals(4);
    release();
    expect((await Promise.all(held)).map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  });
});

describe('taking too long', () => {
  it('over an answer ends the request', async () => {
    const { problem } = await act('wait');
    expect(problem).toMatchObject({ status: 503, code: 'overloaded' });
  });

  it('over sending the body ends the request', async () => {
    const { port } = new URL(service.url);
    const text = await new Promise<string>((resolve, reject) => {
      const head =
        'POST /v1/sign-in HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{"user"';
      const socket = connect(Number(port), '127.0.0.1', () => socket.write(head));
      let received = '';
      socket.on('data', (chunk) => {
        received += chunk.toString();
        if (received.includes('request_timeout')) socket.destroy();
      });
      socket.on('close', () => resolve(received));
      socket.on('error', reject);
    });
    expect(text).toMatch(/^HTTP\/1\.1 408 /);
  });
});

// Last: the service does not listen any more afterwards.
describe('stopping', () => {
  it('finishes what is being worked on, and lets nobody else in', async () => {
    const held = act('wait');
    await arrivals(1);
    const stopped = service.stopListening();
    release();
    const answer = await held;
    expect(answer.status).toBe(200);
    expect(answer.headers.get('connection')).toBe('close');
    await stopped;
    await expect(send('/healthz')).rejects.toThrow();
  });
});
