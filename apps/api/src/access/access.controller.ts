import { Controller } from '@nestjs/common';
import { routes } from '@writ/contract';
import type { SignedInCaller } from '../auth/signed-in-caller.js';
import { Handle } from '../http/handle.js';
import { CurrentCaller, Input } from '../http/input.decorator.js';
import type { RouteInput, RouteOutput } from '../http/route-input.js';
import { ResourceServices } from '../resource-services.js';
import { reachOf } from './reach.js';

@Controller()
export class AccessController {
  constructor(private readonly services: ResourceServices) {}

  @Handle(routes.listReach)
  reach(
    @Input() _: RouteInput<'listReach'>,
    @CurrentCaller() caller: SignedInCaller,
  ): Promise<RouteOutput<'listReach'>> {
    return reachOf(this.services, caller);
  }
}
