import type { HttpAnswer, HttpRequest } from '@writ/contract';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { cliError } from '../../src/errors.js';
import { repeating, transportTo } from '../../src/network/transport.js';
import { handle, startStub, type StubService } from '../stub-service.js';

const request = (more: Partial<HttpRequest>): HttpRequest => ({
  ...{ method: 'GET', path: '/v1/whoami', headers: {}, body: null },
  ...more,
});
const answer: HttpAnswer = { status: 200, headers: {}, body: new Uint8Array() };

describe('repeating', () => {
  /** A transport that loses its first answers; what it was asked. */
  function losing(times: number, code: 'answer_lost' | 'server_unreachable' = 'answer_lost') {
    const asked: HttpRequest[] = [];
    const transport = repeating(
      (given) => {
        asked.push(given);
        return asked.length <= times ? Promise.reject(cliError(code, 'Lost.')) : Promise.resolve(answer);
      },
      [0, 0],
    );
    return { asked, transport };
  }

  it.each([
    ['reading', request({})],
    ['what carries an Idempotency-Key', request({ method: 'POST', headers: { 'idempotency-key': 'k' } })],
    ['refreshing', request({ method: 'POST', path: '/v1/refresh' })],
  ])('repeats %s, unchanged, until it is answered', async (_, given) => {
    const { asked, transport } = losing(2);
    await expect(transport(given)).resolves.toBe(answer);
    expect(asked).toEqual([given, given, given]);
  });

  it('gives up after the third time', async () => {
    const { asked, transport } = losing(9);
    await expect(transport(request({}))).rejects.toMatchObject({ code: 'answer_lost' });
    expect(asked).toHaveLength(3);
  });

  it.each([
    ['POST', '/v1/sign-in'],
    ['POST', `/v1/organizations/${handle}/users`],
    ['DELETE', `/v1/organizations/${handle}/roles/web/members/bea`],
  ])('does not repeat %s %s: it may have been done', async (method, path) => {
    const { asked, transport } = losing(1);
    await expect(transport(request({ method, path }))).rejects.toMatchObject({ code: 'answer_lost' });
    expect(asked).toHaveLength(1);
  });

  it('does not repeat what never arrived', async () => {
    const { asked, transport } = losing(1, 'server_unreachable');
    await expect(transport(request({}))).rejects.toMatchObject({ code: 'server_unreachable' });
    expect(asked).toHaveLength(1);
  });
});

describe('transportTo', () => {
  let stub: StubService;
  beforeEach(async () => {
    stub = await startStub();
  });
  afterEach(() => stub.stop());
  const server = (url: string) => ({ url, pin: null, caFile: null });

  it('keeps a prefix of the address', async () => {
    stub.on('GET /writ/v1/whoami', { status: 200, body: 1 });
    const transport = await transportTo(server(`${stub.url}/writ`));
    expect((await transport(request({}))).status).toBe(200);
  });

  it('hands on what a success answers as it comes, and ends when it is told to, without asking again', async () => {
    const ending = new AbortController();
    const server_ = createServer((_, response) => {
      response.writeHead(200);
      response.write('data: 1\n\n');
    });
    await new Promise<void>((resolve) => server_.listen(0, '127.0.0.1', resolve));
    const { port } = server_.address() as AddressInfo;
    const transport = await transportTo(server(`http://127.0.0.1:${port}`));
    const chunks: string[] = [];
    const onChunk = (chunk: Uint8Array): void => {
      chunks.push(Buffer.from(chunk).toString());
      ending.abort();
    };
    await expect(transport(request({ onChunk, signal: ending.signal }))).rejects.toMatchObject({
      code: 'answer_lost',
    });
    expect(chunks).toEqual(['data: 1\n\n']);
    server_.closeAllConnections();
    server_.close();
  });

  it('keeps what is refused in one piece, whoever wanted it as it comes', async () => {
    stub.on('GET /v1/whoami', { status: 404, body: { a: 1 } });
    const transport = await transportTo(server(stub.url));
    const answered = await transport(request({ onChunk: () => expect('this').toBe('not called') }));
    expect(answered).toMatchObject({ status: 404, body: Buffer.from('{"a":1}') });
  });

  it('uses one connection for several requests', async () => {
    stub.on('GET /v1/whoami', { status: 200, body: 1 });
    const transport = await transportTo(server(stub.url));
    for (let round = 0; round < 3; round += 1) await transport(request({}));
    expect(stub.connections()).toBe(1);
  });

  it('goes nowhere else: a token would go along', async () => {
    stub.on('GET /v1/whoami', { status: 302, headers: { location: 'https://elsewhere.example/' } });
    const transport = await transportTo(server(stub.url));
    await expect(transport(request({}))).rejects.toMatchObject({ code: 'answer_unexpected' });
  });

  it('says that an answer was lost, where the connection ended in the middle', async () => {
    stub.on('POST /v1/sign-in', 'lost');
    const asked = request({ method: 'POST', path: '/v1/sign-in', body: '{}' });
    for (const [known, words] of [
      [false, /it may be an https server/],
      [true, /was lost: [^]*can be seen there/],
    ] as const) {
      const transport = await transportTo(server(stub.url), known);
      await expect(transport(asked)).rejects.toMatchObject({
        ...{ code: 'answer_lost', message: expect.stringMatching(words) as string },
      });
    }
  });

  it('says that nothing listens', async () => {
    const transport = await transportTo(server('http://127.0.0.1:1'));
    await expect(transport(request({}))).rejects.toMatchObject({
      code: 'server_unreachable',
      details: { reason: 'ECONNREFUSED' },
    });
  });

  it('says that there is no TLS', async () => {
    const transport = await transportTo(server(stub.url.replace('http:', 'https:')));
    await expect(transport(request({}))).rejects.toMatchObject({ code: 'tls_untrusted' });
  });

  it('needs the file with the authorities', async () => {
    const missing = { ...server('https://127.0.0.1:1'), caFile: '/nowhere.pem' };
    await expect(transportTo(missing)).rejects.toMatchObject({ code: 'file_unreadable' });
  });
});
