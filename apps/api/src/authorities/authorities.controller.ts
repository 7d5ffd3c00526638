import { Controller } from '@nestjs/common';
import { routes } from '@writ/contract';
import type { SignedInCaller } from '../auth/signed-in-caller.js';
import { Handle } from '../http/handle.js';
import { CurrentCaller, Input } from '../http/input.decorator.js';
import type { RouteInput, RouteOutput } from '../http/route-input.js';
import { ResourceServices } from '../resource-services.js';
import { authoritiesPage } from './list-authorities.js';

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
}
