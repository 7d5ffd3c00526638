import { SetMetadata } from '@nestjs/common';
import type { Route } from '@writ/contract';

const key = Symbol('route of handler');

/** Notes on a handler which route it is for. */
export const carryRoute = (route: Route): MethodDecorator => SetMetadata(key, route);

/** The route that a method of a controller was bound to. */
export function routeOf(handler: object): Route | undefined {
  return Reflect.getMetadata(key, handler) as Route | undefined;
}
