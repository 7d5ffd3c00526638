import { Controller } from '@nestjs/common';
import { routes } from '@writ/contract';
import type { SignedInCaller } from '../auth/signed-in-caller.js';
import { Handle } from '../http/handle.js';
import { CurrentCaller, Input } from '../http/input.decorator.js';
import type { RouteInput, RouteOutput } from '../http/route-input.js';
import { ResourceServices } from '../resource-services.js';
import { endDrill } from './end-drill.js';
import { startDrill } from './start-drill.js';

@Controller()
export class DrillsController {
  constructor(private readonly services: ResourceServices) {}

  @Handle(routes.startDrill)
  start(
    @Input() input: RouteInput<'startDrill'>,
    @CurrentCaller() caller: SignedInCaller,
  ): Promise<RouteOutput<'startDrill'>> {
    return startDrill(this.services, { caller, requestId: input.requestId }, input);
  }

  @Handle(routes.endDrill)
  end(@Input() input: RouteInput<'endDrill'>, @CurrentCaller() caller: SignedInCaller): Promise<void> {
    return endDrill(this.services, { caller, requestId: input.requestId }, input);
  }
}
