import { Controller } from '@nestjs/common';
import { routes } from '@writ/contract';
import type { SignedInCaller } from '../auth/signed-in-caller.js';
import { Handle } from '../http/handle.js';
import { CurrentCaller, Input } from '../http/input.decorator.js';
import type { RouteInput, RouteOutput } from '../http/route-input.js';
import { ResourceServices } from '../resource-services.js';
import { activateAuthority, showNextAuthority } from './activate-authority.js';
import { authoritiesPage } from './list-authorities.js';
import { createNextAuthority, retireNextAuthority } from './next-authority.js';

@Controller()
export class AuthoritiesController {
  constructor(private readonly services: ResourceServices) {}

  @Handle(routes.listAuthorities)
  list(
    @Input() input: RouteInput<'listAuthorities'>,
    @CurrentCaller() caller: SignedInCaller,
  ): Promise<RouteOutput<'listAuthorities'>> {
    return authoritiesPage(this.services.store, caller, input);
  }

  @Handle(routes.createNextAuthority)
  createNext(
    @Input() input: RouteInput<'createNextAuthority'>,
    @CurrentCaller() caller: SignedInCaller,
  ): Promise<RouteOutput<'createNextAuthority'>> {
    return createNextAuthority(this.services, { caller, requestId: input.requestId }, input);
  }

  @Handle(routes.showNextAuthority)
  showNext(
    @Input() input: RouteInput<'showNextAuthority'>,
    @CurrentCaller() caller: SignedInCaller,
  ): Promise<RouteOutput<'showNextAuthority'>> {
    return showNextAuthority(this.services, caller, input);
  }

  @Handle(routes.activateAuthority)
  activate(
    @Input() input: RouteInput<'activateAuthority'>,
    @CurrentCaller() caller: SignedInCaller,
  ): Promise<RouteOutput<'activateAuthority'>> {
    return activateAuthority(this.services, { caller, requestId: input.requestId }, input);
  }

  @Handle(routes.retireNextAuthority)
  retireNext(
    @Input() input: RouteInput<'retireNextAuthority'>,
    @CurrentCaller() caller: SignedInCaller,
  ): Promise<void> {
    return retireNextAuthority(this.services, { caller, requestId: input.requestId }, input);
  }
}
