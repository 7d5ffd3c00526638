import { Controller } from '@nestjs/common';
import { routes } from '@writ/contract';
import type { SignedInCaller } from '../auth/signed-in-caller.js';
import { Handle } from '../http/handle.js';
import { CurrentCaller, Input } from '../http/input.decorator.js';
import type { RouteInput, RouteOutput } from '../http/route-input.js';
import { ResourceServices } from '../resource-services.js';
import { lockAccount } from './lock-account.js';
import { unlockAccount } from './unlock-account.js';

@Controller()
export class LocksController {
  constructor(private readonly services: ResourceServices) {}

  @Handle(routes.lockAccount)
  lock(
    @Input() input: RouteInput<'lockAccount'>,
    @CurrentCaller() caller: SignedInCaller,
  ): Promise<RouteOutput<'lockAccount'>> {
    return lockAccount(this.services, { caller, requestId: input.requestId }, input);
  }

  @Handle(routes.unlockAccount)
  unlock(
    @Input() input: RouteInput<'unlockAccount'>,
    @CurrentCaller() caller: SignedInCaller,
  ): Promise<RouteOutput<'unlockAccount'>> {
    return unlockAccount(this.services, { caller, requestId: input.requestId }, input);
  }
}
