import { Controller } from '@nestjs/common';
import { Handle } from '../http/handle.js';
import type { RouteOutput } from '../http/route-input.js';
import { serviceRoutes } from '../http/service-routes.js';
import { Readiness } from './readiness.js';

@Controller()
export class HealthController {
  constructor(private readonly readiness: Readiness) {}

  @Handle(serviceRoutes.healthz)
  healthz(): Promise<RouteOutput<'healthz'>> {
    return Promise.resolve({ status: 'ok' });
  }

  @Handle(serviceRoutes.readyz)
  async readyz(): Promise<RouteOutput<'readyz'>> {
    await this.readiness.check();
    return { status: 'ok' };
  }
}
