import type { FileAnswer, Route } from '@writ/contract';
import { HttpCode, RequestMapping, RequestMethod, Res, UseInterceptors } from '@nestjs/common';
import { z } from 'zod';
import { FileInterceptor } from './file.interceptor.js';
import { carryRoute } from './handler-route.js';
import type { OutputOf, Tagged } from './route-input.js';
import { TagInterceptor } from './tag.interceptor.js';

type AnyHandler = (...args: never[]) => Promise<unknown>;
type Handler<R extends Route> = (...args: never[]) => Promise<OutputOf<R>>;

/**
 * Binds a controller method to a route of the table: method, path, access, status, and the response schema, which
 * what the method resolves to must pass. `@Input()` gives the method the validated request, `@CurrentCaller()` the
 * caller. The only way to make a route: see declared-routes.ts.
 */
export function Handle<R extends Route>(route: R) {
  return <T extends Handler<R>>(
    target: object,
    name: string,
    descriptor: TypedPropertyDescriptor<T>,
  ): void => {
    const handler = descriptor.value;
    if (handler === undefined) throw new TypeError(`@Handle(${route.id}) belongs on a method.`);
    descriptor.value = checked(route, handler) as T;
    bind(route, target, name, descriptor);
    if (route.response !== null && !(route.response instanceof z.ZodType)) {
      UseInterceptors(FileInterceptor)(target, name, descriptor);
    }
    if (route.tagged === true) UseInterceptors(TagInterceptor)(target, name, descriptor);
  };
}

/** As `Handle`, for a method that gets the request as `@Holding()` and answers it itself, by one of the ways that `Held` has. */
export function HandleHeld<R extends Route & { readonly response: FileAnswer }>(route: R) {
  return <T extends (...args: never[]) => Promise<void>>(
    target: object,
    name: string,
    descriptor: TypedPropertyDescriptor<T>,
  ): void => {
    bind(route, target, name, descriptor);
    // Nest answers nothing where a parameter asks for the reply: this one comes after all that the method has.
    Res()(target, name, descriptor.value?.length ?? 0);
  };
}

function bind(route: Route, target: object, name: string, descriptor: PropertyDescriptor): void {
  carryRoute(route)(target, name, descriptor);
  RequestMapping({ path: route.path, method: RequestMethod[route.method] })(target, name, descriptor);
  HttpCode(route.status)(target, name, descriptor);
}

/** The handler, letting through only what the route's response schema knows. */
function checked({ response, tagged }: Route, handler: AnyHandler): AnyHandler {
  if (response === null) {
    return async function (this: unknown, ...args) {
      await Reflect.apply(handler, this, args);
    };
  }
  if (!(response instanceof z.ZodType)) return handler;
  if (tagged === true) {
    return async function (this: unknown, ...args): Promise<Tagged<unknown>> {
      const { etag, content } = (await Reflect.apply(handler, this, args)) as Tagged<unknown>;
      return { etag, content: () => response.parse(content()) };
    };
  }
  return async function (this: unknown, ...args) {
    return response.parse(await Reflect.apply(handler, this, args));
  };
}
