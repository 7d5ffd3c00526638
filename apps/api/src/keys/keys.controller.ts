import { Controller } from '@nestjs/common';
import { routes } from '@writ/contract';
import { atHome } from '../auth/act-elsewhere.js';
import type { SignedInCaller } from '../auth/signed-in-caller.js';
import { Handle } from '../http/handle.js';
import { CurrentCaller, Input } from '../http/input.decorator.js';
import type { RouteInput, RouteOutput } from '../http/route-input.js';
import { ResourceServices } from '../resource-services.js';
import { challengeKey } from './challenge-key.js';
import { keysPage } from './list-keys.js';
import { proveKey } from './prove-key.js';

@Controller()
export class KeysController {
  constructor(private readonly services: ResourceServices) {}

  @Handle(routes.challengeKey)
  challenge(
    @Input() input: RouteInput<'challengeKey'>,
    @CurrentCaller() caller: SignedInCaller,
  ): Promise<RouteOutput<'challengeKey'>> {
    atHome(caller);
    return challengeKey(this.services, caller, input);
  }

  @Handle(routes.proveKey)
  prove(
    @Input() input: RouteInput<'proveKey'>,
    @CurrentCaller() caller: SignedInCaller,
  ): Promise<RouteOutput<'proveKey'>> {
    atHome(caller);
    return proveKey(this.services, { caller, requestId: input.requestId }, input);
  }

  @Handle(routes.listKeys)
  list(
    @Input() input: RouteInput<'listKeys'>,
    @CurrentCaller() caller: SignedInCaller,
  ): Promise<RouteOutput<'listKeys'>> {
    atHome(caller);
    return keysPage(this.services.store, caller, input);
  }
}
