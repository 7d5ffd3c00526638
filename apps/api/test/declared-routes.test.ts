import { Controller, Get, Module, type DynamicModule, type Type } from '@nestjs/common';
import { routes, type Route } from '@writ/contract';
import { isCodedError } from '@writ/kernel';
import { z } from 'zod';
import { readConfig } from '../src/config/config.js';
import { assertDeclared, routeFaults, type BoundHandler } from '../src/http/declared-routes.js';
import { Handle } from '../src/http/handle.js';
import { makeLog } from '../src/log.js';
import { startService } from '../src/service/service.js';

const { signOut, whoami } = routes;
const bound = (route: Route, name = 'Controller.method'): BoundHandler => ({ name, route });

describe('what is served and what is declared', () => {
  const table: readonly Route[] = [signOut, whoami];
  const served = [
    { method: 'POST', path: signOut.path },
    { method: 'GET', path: whoami.path },
    { method: 'HEAD', path: whoami.path },
  ];

  it('fit when every route has one handler and there is nothing else', () => {
    expect(routeFaults(table, [bound(signOut), bound(whoami)], served)).toEqual([]);
  });

  it.each([
    [
      'a route that nobody handles',
      table,
      [bound(signOut)],
      served.slice(0, 1),
      /nobody handles GET \/v1\/whoami/,
    ],
    [
      'a path without @Handle',
      table,
      [bound(signOut), bound(whoami)],
      [...served, { method: 'GET', path: '/v1/secret' }],
      /GET \/v1\/secret is served without @Handle/,
    ],
    [
      'a handler of a route that is not in the table',
      [signOut],
      [bound(signOut), bound(whoami)],
      served,
      /not in the route table/,
    ],
    [
      'two handlers of one route',
      table,
      [bound(signOut), bound(whoami), bound(whoami, 'Other.one')],
      served,
      /handled twice/,
    ],
    [
      'a route without access',
      [{ ...signOut, access: undefined }],
      [bound({ ...signOut, access: undefined as never })],
      served.slice(0, 1),
      /does not say who may use it/,
    ],
    [
      'a route with an access nobody can have',
      [signOut],
      [bound({ ...signOut, access: 'everybody' as never })],
      served.slice(0, 1),
      /does not say who may use it/,
    ],
  ])('do not fit with %s', (_what, routeTable, handlers, paths, fault) => {
    const faults = routeFaults(routeTable as readonly Route[], handlers, paths);
    expect(faults.join('; ')).toMatch(fault);
    expect(() => assertDeclared(faults)).toThrow(/do not fit/);
  });
});

describe('the process', () => {
  const open: Route = {
    id: 'open',
    method: 'GET',
    path: '/v1/open',
    summary: 'Open',
    access: 'public',
    params: z.strictObject({}),
    query: z.strictObject({}),
    body: null,
    response: null,
    status: 204,
    problems: [],
    idempotent: false,
  };

  @Controller()
  class Declared {
    @Handle(open)
    open(): Promise<void> {
      return Promise.resolve();
    }
  }

  @Controller()
  class Undeclared {
    @Get('/v1/back-door')
    enter(): string {
      return 'welcome';
    }
  }

  @Module({})
  class Parts {}

  const start = async (controllers: Type[], table: readonly Route[]): Promise<string> => {
    const module: DynamicModule = { module: Parts, controllers };
    const { config } = readConfig({ WRIT_LISTEN: '127.0.0.1:0' });
    try {
      const service = await startService({ config, log: makeLog('silent'), module, routes: table });
      await service.stop();
      return 'started';
    } catch (error) {
      if (isCodedError(error)) return error.code;
      throw error;
    }
  };

  it('starts when all routes are declared and handled', async () => {
    expect(await start([Declared], [open])).toBe('started');
  });

  it('does not start with a route that was not declared', async () => {
    expect(await start([Declared, Undeclared], [open])).toBe('routes_undeclared');
  });

  it('does not start with a route of the table that nobody handles', async () => {
    expect(await start([Declared], [open, whoami])).toBe('routes_undeclared');
  });
});
