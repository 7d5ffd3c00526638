import { HttpException, NotFoundException } from '@nestjs/common';
import { Problem } from '@writ/contract';
import { CodedError } from '@writ/kernel';
import { assertPassword } from '../src/auth/password-rule.js';
import { Crowd } from '../src/http/crowd.js';
import { fromFramework } from '../src/http/framework-error.js';
import { holds } from '../src/http/file.interceptor.js';
import { parseJsonBody } from '../src/http/json-body.js';
import { methodsAt } from '../src/http/methods-at.js';
import { problemOf } from '../src/http/problem.js';
import { requestId } from '../src/http/request-id.js';
import { makeLog, withoutTokens } from '../src/log.js';
import { allRoutes } from '../src/app.module.js';

const codeOf = (work: () => unknown): unknown => {
  try {
    work();
  } catch (error) {
    return error instanceof CodedError ? error.code : error;
  }
  return 'none';
};

describe('a problem document', () => {
  it('says what a coded error says', () => {
    const failures = [{ rule: 'role_missing', message: 'You have no role.' }];
    const problem = problemOf(new CodedError('request_refused', 'No.', { failures, other: 1 }), 'request-1');
    expect(problem).toEqual({
      type: 'urn:writ:problem:request_refused',
      title: 'Not allowed',
      status: 403,
      detail: 'No.',
      code: 'request_refused',
      requestId: 'request-1',
      failures,
    });
    expect(Problem.parse(problem)).toEqual(problem);
  });

  it.each([
    new Error('password is hunter2'),
    new CodedError('a_code_of_some_library', 'inner workings'),
    'text',
    null,
  ])('says nothing of %p', (error) => {
    const problem = problemOf(error, 'r');
    expect(problem.code).toBe('internal_error');
    expect(problem.detail).not.toMatch(/hunter2|inner/);
  });

  it('says when to come again', () => {
    expect(
      problemOf(new CodedError('too_many_attempts', 'Wait.', { retryAfterSeconds: 7 }), 'r')
        .retryAfterSeconds,
    ).toBe(7);
  });

  it.each([
    [new NotFoundException(), 'not_found'],
    [
      new HttpException('x', 413, {
        cause: Object.assign(new Error(), { code: 'FST_ERR_CTP_BODY_TOO_LARGE' }),
      }),
      'body_too_large',
    ],
    [new HttpException('x', 418), 'request_invalid'],
    [new HttpException('x', 403), 'permission_missing'],
    [new HttpException('x', 502), 'internal_error'],
    [Object.assign(new Error(), { code: 'FST_ERR_BAD_URL' }), 'request_invalid'],
  ])('is made of what the framework threw: %p', (error, code) => {
    expect(problemOf(fromFramework(error), 'r').code).toBe(code);
  });
});

describe('a request body', () => {
  it.each([
    ['{"a":1}', 'none'],
    ['', 'none'],
    ['{', 'body_not_json'],
    ['{"__proto__":{}}', 'body_not_json'],
    ['{"a":[{"__proto__":1}]}', 'body_not_json'],
    ['{"\\u005f\\u005fproto__":1}', 'body_not_json'],
    ['{"a":"__proto__"}', 'none'],
    ['\ufeff{}', 'none'],
  ])('%s', (text, code) => {
    expect(codeOf(() => parseJsonBody(Buffer.from(text)))).toBe(code);
  });

  const nested = (depth: number, inner = '') =>
    Buffer.from(`{"user":"\\u0061","password":${'['.repeat(depth)}${inner}${']'.repeat(depth)}}`);

  it('nests 64 deep at most, and however deep it is, no stack ends', () => {
    expect(codeOf(() => parseJsonBody(nested(63)))).toBe('none');
    expect(codeOf(() => parseJsonBody(nested(64)))).toBe('body_not_json');
    expect(codeOf(() => parseJsonBody(nested(63, '{"__proto__":1}')))).toBe('body_not_json');
    for (const depth of [5_000, 100_000]) {
      expect(codeOf(() => parseJsonBody(nested(depth)))).toBe('body_not_json');
    }
  });

  it('may be as wide as it likes', () => {
    expect(codeOf(() => parseJsonBody(Buffer.from(`[${'0,'.repeat(200_000)}0]`)))).toBe('none');
  });
});

describe('a crowd', () => {
  const crowd = () => new Crowd({ requests: 3, requestsPerSource: 2 });

  it('lets no more in than the limits, by party and altogether', () => {
    const some = crowd();
    const leave = some.enter('10.0.0.1');
    some.enter('::ffff:10.0.0.1');
    expect(codeOf(() => some.enter('10.0.0.1'))).toBe('too_many_requests');
    some.enter('10.0.0.2');
    expect(codeOf(() => some.enter('10.0.0.3'))).toBe('overloaded');
    leave();
    expect(codeOf(() => some.enter('10.0.0.1'))).toBe('none');
  });

  it('lets nobody in once closed, and says when all are gone', async () => {
    const some = crowd();
    const leave = some.enter('10.0.0.1');
    some.close();
    expect(codeOf(() => some.enter('10.0.0.2'))).toBe('shutting_down');
    const gone = some.empty();
    leave();
    await gone;
    await some.empty();
  });
});

describe('the password rule', () => {
  it.each(['correct horse battery staple', 'ünïcödé läng genug', 'Tr0ub4dor&3xyz'])(
    'takes %s',
    (password) => {
      expect(codeOf(() => assertPassword(password, ['ana', 'acme']))).toBe('none');
    },
  );

  it.each([
    'short',
    '🔥🔥🔥🔥🔥🔥🔥🔥🔥🔥🔥🔥',
    'aaaaaaaaaaaaa',
    'abababababababab',
    'anaanaanaacme',
    'Password1234',
  ])('refuses %s', (password) => {
    expect(codeOf(() => assertPassword(password, ['ana', 'acme']))).toBe('password_too_weak');
  });
});

describe('small things', () => {
  it('know which methods an address has', () => {
    const at = methodsAt(allRoutes);
    expect(at('/v1/organizations/x/users')).toEqual(['GET', 'HEAD', 'POST']);
    expect(at('/openapi.json')).toEqual(['GET', 'HEAD']);
    expect(at('/openapixjson')).toEqual([]);
    expect(at('/v1/organizations/x/users/')).toEqual([]);
  });

  it('know what a client holds', () => {
    expect(holds(undefined, 'a')).toBe(false);
    expect(holds('"b", W/"a"', 'a')).toBe(true);
    expect(holds('a', 'a')).toBe(false);
  });

  it('take a request id only if it is well formed', () => {
    expect(requestId('abcdefgh')).toBe('abcdefgh');
    for (const bad of [undefined, 'short', 'with\nnewline', ['abcdefgh', 'abcdefgh'], '-leading-dash']) {
      expect(requestId(bad)).toMatch(/^[0-9a-f-]{36}$/);
    }
  });

  it('keep secrets out of the log', () => {
    const lines: string[] = [];
    const log = makeLog('info', (line) => lines.push(line));
    const token = 'writ_a.abcdefgh01234567.07ba3b90-c367-471d-8939-dd127fb60158.1.AAAA';
    log.info(
      {
        password: 'hunter2',
        body: { refreshToken: token, invitation: 'writ_i.x.y' },
        authorization: 'Bearer x',
      },
      'x',
    );
    log.error({ err: new Error(`refused ${token}`, { cause: new Error(token) }) }, 'y');
    expect(lines).toHaveLength(2);
    expect(lines.join('')).not.toMatch(/hunter2|Bearer|abcdefgh01234567/);
    expect(withoutTokens(`a ${token} b`)).toBe('a writ_… b');
  });
});
