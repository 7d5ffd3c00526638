import { Controller } from '@nestjs/common';
import { routes } from '@writ/contract';
import { SessionServices } from '../auth/session-services.js';
import type { SignedInCaller } from '../auth/signed-in-caller.js';
import { Handle } from '../http/handle.js';
import { CurrentCaller, Input } from '../http/input.decorator.js';
import type { RouteInput, RouteOutput } from '../http/route-input.js';
import { confirmSecondFactor } from './confirm.js';
import { forgetSecondFactor } from './forget.js';
import { removeSecondFactor } from './remove.js';
import { replaceRecoveryCodes } from './replace-codes.js';
import { showSecondFactor } from './show.js';
import { startSecondFactor } from './start.js';

@Controller()
export class SecondFactorController {
  constructor(private readonly services: SessionServices) {}

  @Handle(routes.showSecondFactor)
  show(
    @Input() _: RouteInput<'showSecondFactor'>,
    @CurrentCaller() caller: SignedInCaller,
  ): Promise<RouteOutput<'showSecondFactor'>> {
    return showSecondFactor(this.services.auth.store, caller);
  }

  @Handle(routes.startSecondFactor)
  start(
    @Input() input: RouteInput<'startSecondFactor'>,
    @CurrentCaller() caller: SignedInCaller,
  ): Promise<RouteOutput<'startSecondFactor'>> {
    return startSecondFactor(this.services.auth, caller, input);
  }

  @Handle(routes.confirmSecondFactor)
  confirm(
    @Input() input: RouteInput<'confirmSecondFactor'>,
    @CurrentCaller() caller: SignedInCaller,
  ): Promise<RouteOutput<'confirmSecondFactor'>> {
    return confirmSecondFactor(this.services.auth, caller, input);
  }

  @Handle(routes.replaceRecoveryCodes)
  replaceCodes(
    @Input() input: RouteInput<'replaceRecoveryCodes'>,
    @CurrentCaller() caller: SignedInCaller,
  ): Promise<RouteOutput<'replaceRecoveryCodes'>> {
    return replaceRecoveryCodes(this.services.auth, caller, input);
  }

  @Handle(routes.removeSecondFactor)
  remove(
    @Input() input: RouteInput<'removeSecondFactor'>,
    @CurrentCaller() caller: SignedInCaller,
  ): Promise<RouteOutput<'removeSecondFactor'>> {
    return removeSecondFactor(this.services.auth, caller, input);
  }

  @Handle(routes.forgetSecondFactor)
  forget(
    @Input() input: RouteInput<'forgetSecondFactor'>,
    @CurrentCaller() caller: SignedInCaller,
  ): Promise<RouteOutput<'forgetSecondFactor'>> {
    return forgetSecondFactor(this.services.auth, { caller, requestId: input.requestId }, input);
  }
}
