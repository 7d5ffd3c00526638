import { Controller } from '@nestjs/common';
import { routes } from '@writ/contract';
import type { SignedInCaller } from '../auth/signed-in-caller.js';
import { Handle } from '../http/handle.js';
import { CurrentCaller, Input } from '../http/input.decorator.js';
import type { RouteInput, RouteOutput } from '../http/route-input.js';
import { ResourceServices } from '../resource-services.js';
import { eventsPage } from './list-events.js';

@Controller()
export class EventsController {
  constructor(private readonly services: ResourceServices) {}

  @Handle(routes.listEvents)
  list(
    @Input() input: RouteInput<'listEvents'>,
    @CurrentCaller() caller: SignedInCaller,
  ): Promise<RouteOutput<'listEvents'>> {
    return eventsPage(this.services.store, caller, input);
  }
}
