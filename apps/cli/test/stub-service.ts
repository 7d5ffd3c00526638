import { createServer, type IncomingMessage } from 'node:http';
import { execFile } from 'node:child_process';
import type { Problem, SessionTokens, SignedIn } from '@writ/contract';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Built } from './built.js';

export interface Seen {
  readonly route: string;
  readonly headers: IncomingMessage['headers'];
  readonly query: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** What the stub does with a request: answers, or takes it and closes the connection without a word. */
export type Answer =
  { readonly status: number; readonly body?: unknown; readonly headers?: Record<string, string> } | 'lost';

export type Answering = (seen: Seen) => Answer | Promise<Answer>;

/** A service that says what a test wants: for answers that get lost, refusals, and what no real one would say. */
export interface StubService {
  readonly url: string;
  readonly seen: Seen[];
  /** The query strings of the requests of a route, in order. */
  queries(route: string): Seen['query'][];
  /** How many connections were opened. */
  connections(): number;
  /** Answers of 'METHOD /path', one after the other; the last one stays. */
  on(route: string, ...answers: (Answer | Answering)[]): void;
  stop(): Promise<void>;
}

export async function startStub(): Promise<StubService> {
  const seen: Seen[] = [];
  const routes = new Map<string, (Answer | Answering)[]>();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => void answerIt());
    const answerIt = async (): Promise<void> => {
      const text = Buffer.concat(chunks).toString();
      const { pathname, searchParams } = new URL(request.url ?? '', 'http://stub');
      const route = `${request.method} ${pathname}`;
      const query = Object.fromEntries(searchParams);
      const here: Seen = {
        route,
        headers: request.headers,
        query,
        body: text === '' ? null : JSON.parse(text),
      };
      seen.push(here);
      const answers = routes.get(route) ?? [];
      const next = answers.length > 1 ? answers.shift() : answers[0];
      const answer = typeof next === 'function' ? await next(here) : next;
      if (answer === 'lost') return void request.socket.destroy();
      if (answer === undefined) return respond(404, problem('not_found', 404));
      return respond(answer.status, answer.body, answer.headers);
    };
    const respond = (status: number, body: unknown, headers: Record<string, string> = {}): void => {
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      response.end(body === undefined ? undefined : Buffer.isBuffer(body) ? body : JSON.stringify(body));
    };
  });
  let connections = 0;
  server.on('connection', () => (connections += 1));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    seen,
    queries: (route) => seen.filter((each) => each.route === route).map(({ query }) => query),
    connections: () => connections,
    on: (route, ...answers) => void routes.set(route, answers),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export function problem(code: Problem['code'], status: number, more: Partial<Problem> = {}): Problem {
  return { type: `urn:writ:problem:${code}`, title: 'T', status, detail: `It is ${code}.`, code, ...more };
}

export const handle = 'abcdefghijklmnop';

/** Tokens of a session; the access token is the refresh token's number, good for a quarter of an hour. */
export function tokens(generation: number, usableFor = 900_000): SessionTokens {
  return {
    accessToken: `access-${generation}`,
    accessTokenExpiresAt: new Date(Date.now() + usableFor).toISOString(),
    refreshToken: `refresh-${generation}`,
    sessionExpiresAt: new Date(Date.now() + 43_200_000).toISOString(),
    organization: { handle, name: 'acme' },
    user: { id: '00000000-0000-4000-8000-000000000001', name: 'ana' },
  };
}

/** What signing in gives: the same, and a device token of the same number. */
export function signedIn(generation: number): SignedIn {
  return { ...tokens(generation), deviceToken: `device-${generation}` };
}

export const user = {
  id: '00000000-0000-4000-8000-000000000001',
  name: 'ana',
  kind: 'person',
  administrativeRole: 'owner',
  state: 'active',
  createdAt: '2026-01-31T08:00:00.000Z',
  disabledAt: null,
  lockedUntil: null,
  openedBy: null,
  confirmedBy: null,
};

export const whoami = {
  user,
  organization: { handle, name: 'acme' },
  permissions: ['user.read'],
  roles: [{ name: 'web', logins: ['deploy'], maxTtlSeconds: 28_800 }],
  session: {
    method: 'password',
    strength: 'single',
    secondFactorMissing: false,
    authenticatedAt: '2026-01-31T08:00:00.000Z',
    expiresAt: '2026-01-31T20:00:00.000Z',
  },
};

/** A home in which somebody is signed in at `url` with the tokens of one generation. */
export function signedInHome(built: Built, name: string, url: string, given: SessionTokens): Built['env'] {
  const home = join(built.directory, name);
  const state = join(home, '.local/state/writ');
  mkdirSync(state, { recursive: true, mode: 0o700 });
  const server = { url, pin: null, caFile: null };
  writeFileSync(join(state, 'session.json'), JSON.stringify({ server, tokens: given }), { mode: 0o600 });
  return { ...built.env, HOME: home };
}

export interface Ended {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `writ` to its end. */
export function writ(
  { bundle }: Built,
  env: Readonly<Record<string, string>>,
  words: readonly string[],
  input = '',
): Promise<Ended> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [bundle, ...words], { env }, (error, stdout, stderr) => {
      const status = error === null ? 0 : typeof error.code === 'number' ? error.code : 255;
      resolve({ status, stdout, stderr });
    });
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input);
  });
}
