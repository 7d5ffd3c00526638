import { Controller } from '@nestjs/common';
import { routes } from '@writ/contract';
import type { SignedInCaller } from '../auth/signed-in-caller.js';
import { Handle } from '../http/handle.js';
import { CurrentCaller, Input } from '../http/input.decorator.js';
import type { RouteInput, RouteOutput } from '../http/route-input.js';
import { ResourceServices } from '../resource-services.js';
import { offerDelegation } from './offer-delegation.js';
import { delegationsOf, oneDelegation } from './read-delegations.js';
import { acceptDelegation, endDelegation } from './settle-delegation.js';

@Controller()
export class DelegationsController {
  constructor(private readonly services: ResourceServices) {}

  @Handle(routes.listDelegations)
  list(@CurrentCaller() caller: SignedInCaller): Promise<RouteOutput<'listDelegations'>> {
    return delegationsOf(this.services.store, caller);
  }

  @Handle(routes.showDelegation)
  show(
    @Input() input: RouteInput<'showDelegation'>,
    @CurrentCaller() caller: SignedInCaller,
  ): Promise<RouteOutput<'showDelegation'>> {
    return oneDelegation(this.services.store, caller, input);
  }

  @Handle(routes.offerDelegation)
  offer(
    @Input() input: RouteInput<'offerDelegation'>,
    @CurrentCaller() caller: SignedInCaller,
  ): Promise<RouteOutput<'offerDelegation'>> {
    return offerDelegation(this.services, { caller, requestId: input.requestId }, input);
  }

  @Handle(routes.acceptDelegation)
  accept(
    @Input() input: RouteInput<'acceptDelegation'>,
    @CurrentCaller() caller: SignedInCaller,
  ): Promise<RouteOutput<'acceptDelegation'>> {
    return acceptDelegation(this.services, { caller, requestId: input.requestId }, input);
  }

  @Handle(routes.endDelegation)
  end(
    @Input() input: RouteInput<'endDelegation'>,
    @CurrentCaller() caller: SignedInCaller,
  ): Promise<RouteOutput<'endDelegation'>> {
    return endDelegation(this.services, { caller, requestId: input.requestId }, input);
  }
}
