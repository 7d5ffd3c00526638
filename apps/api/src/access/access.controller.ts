import { Controller } from '@nestjs/common';
import { routes } from '@writ/contract';
import type { SignedInCaller } from '../auth/signed-in-caller.js';
import { Handle } from '../http/handle.js';
import { CurrentCaller, Input } from '../http/input.decorator.js';
import type { RouteInput, RouteOutput } from '../http/route-input.js';
import { ResourceServices } from '../resource-services.js';
import { explain } from './explain.js';
import { accessPage } from './list-access.js';
import { reachOf, reachOfAll } from './reach.js';

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

  @Handle(routes.reachOfAll)
  reachOfAll(
    @Input() _: RouteInput<'reachOfAll'>,
    @CurrentCaller() caller: SignedInCaller,
  ): Promise<RouteOutput<'reachOfAll'>> {
    return reachOfAll(this.services, caller);
  }

  @Handle(routes.explain)
  explain(
    @Input() input: RouteInput<'explain'>,
    @CurrentCaller() caller: SignedInCaller,
  ): Promise<RouteOutput<'explain'>> {
    return explain(this.services, caller, input);
  }

  @Handle(routes.listAccess)
  list(
    @Input() input: RouteInput<'listAccess'>,
    @CurrentCaller() caller: SignedInCaller,
  ): Promise<RouteOutput<'listAccess'>> {
    return accessPage(this.services, caller, input);
  }
}
