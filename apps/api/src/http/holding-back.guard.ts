import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { HoldingBack } from '../service/holding-back.js';
import { routeOf } from './handler-route.js';
import { serviceRoutes } from './service-routes.js';

const always: ReadonlySet<string> = new Set(
  Object.values(serviceRoutes)
    .map(({ id }) => id)
    .filter((id) => id !== serviceRoutes.readyz.id),
);

/** Before every other guard: while the service holds back, it answers nothing but what is about itself. */
@Injectable()
export class HoldingBackGuard implements CanActivate {
  constructor(private readonly holdingBack: HoldingBack) {}

  canActivate(context: ExecutionContext): boolean {
    if (!always.has(routeOf(context.getHandler())?.id ?? '')) this.holdingBack.refuse();
    return true;
  }
}
