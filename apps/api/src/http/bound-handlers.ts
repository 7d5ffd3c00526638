import type { INestApplicationContext } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import type { BoundHandler } from './declared-routes.js';
import { routeOf } from './handler-route.js';

/** Every controller method of an application that is bound to a route. */
export function boundHandlers(app: INestApplicationContext): readonly BoundHandler[] {
  const found: BoundHandler[] = [];
  for (const module of app.get(ModulesContainer).values()) {
    for (const { metatype } of module.controllers.values()) {
      if (typeof metatype !== 'function') continue;
      const prototype = metatype.prototype as Readonly<Record<string, unknown>>;
      for (const method of Object.getOwnPropertyNames(prototype)) {
        const handler = prototype[method];
        const route = typeof handler === 'function' ? routeOf(handler) : undefined;
        if (route !== undefined) found.push({ name: `${metatype.name}.${method}`, route });
      }
    }
  }
  return found;
}
