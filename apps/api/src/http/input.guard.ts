import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { routeOf } from './handler-route.js';
import { parseInput } from './parse-input.js';
import type { FastifyRequest } from './request.js';

/** After the access guard, on every route: what the route's schemas do not know gets no further. */
@Injectable()
export class InputGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const route = routeOf(context.getHandler());
    if (route === undefined) return false;
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    request.input = parseInput(route, request);
    return true;
  }
}
