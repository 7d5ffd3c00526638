import { Controller } from '@nestjs/common';
import { routes } from '@writ/contract';
import type { SignedInCaller } from '../auth/signed-in-caller.js';
import { Handle } from '../http/handle.js';
import { CurrentCaller, Input } from '../http/input.decorator.js';
import type { RouteInput, RouteOutput } from '../http/route-input.js';
import { ResourceServices } from '../resource-services.js';
import { previewRevocation } from './preview-revocation.js';
import { oneRevocation, revocationsPage } from './read-revocations.js';
import { revoke } from './revoke.js';

@Controller()
export class RevocationsController {
  constructor(private readonly services: ResourceServices) {}

  @Handle(routes.revoke)
  revoke(
    @Input() input: RouteInput<'revoke'>,
    @CurrentCaller() caller: SignedInCaller,
  ): Promise<RouteOutput<'revoke'>> {
    return revoke(this.services, { caller, requestId: input.requestId }, input);
  }

  @Handle(routes.previewRevocation)
  preview(
    @Input() input: RouteInput<'previewRevocation'>,
    @CurrentCaller() caller: SignedInCaller,
  ): Promise<RouteOutput<'previewRevocation'>> {
    return previewRevocation(this.services, { caller, requestId: input.requestId }, input);
  }

  @Handle(routes.listRevocations)
  list(
    @Input() input: RouteInput<'listRevocations'>,
    @CurrentCaller() caller: SignedInCaller,
  ): Promise<RouteOutput<'listRevocations'>> {
    return revocationsPage(this.services.store, caller, input);
  }

  @Handle(routes.showRevocation)
  show(
    @Input() input: RouteInput<'showRevocation'>,
    @CurrentCaller() caller: SignedInCaller,
  ): Promise<RouteOutput<'showRevocation'>> {
    return oneRevocation(this.services, caller, input);
  }
}
