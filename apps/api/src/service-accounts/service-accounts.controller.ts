import { Controller } from '@nestjs/common';
import { routes } from '@writ/contract';
import type { SignedInCaller } from '../auth/signed-in-caller.js';
import { Handle } from '../http/handle.js';
import { CurrentCaller, Input } from '../http/input.decorator.js';
import type { RouteInput, RouteOutput } from '../http/route-input.js';
import { ResourceServices } from '../resource-services.js';
import { addSignInKey } from './add-key.js';
import { deleteServiceAccount, disableServiceAccount } from './close.js';
import { createServiceAccount } from './create.js';
import { enableServiceAccount } from './enable.js';
import { oneServiceAccount, serviceAccountsPage } from './read.js';
import { removeSignInKey } from './remove-key.js';
import { setServiceAccount } from './set.js';

@Controller()
export class ServiceAccountsController {
  constructor(private readonly services: ResourceServices) {}

  @Handle(routes.listServiceAccounts)
  list(
    @Input() input: RouteInput<'listServiceAccounts'>,
    @CurrentCaller() caller: SignedInCaller,
  ): Promise<RouteOutput<'listServiceAccounts'>> {
    return serviceAccountsPage(this.services.store, caller, input);
  }

  @Handle(routes.showServiceAccount)
  show(
    @Input() input: RouteInput<'showServiceAccount'>,
    @CurrentCaller() caller: SignedInCaller,
  ): Promise<RouteOutput<'showServiceAccount'>> {
    return oneServiceAccount(this.services.store, caller, input);
  }

  @Handle(routes.createServiceAccount)
  create(
    @Input() input: RouteInput<'createServiceAccount'>,
    @CurrentCaller() caller: SignedInCaller,
  ): Promise<RouteOutput<'createServiceAccount'>> {
    return createServiceAccount(this.services, { caller, requestId: input.requestId }, input);
  }

  @Handle(routes.setServiceAccount)
  set(
    @Input() input: RouteInput<'setServiceAccount'>,
    @CurrentCaller() caller: SignedInCaller,
  ): Promise<RouteOutput<'setServiceAccount'>> {
    return setServiceAccount(this.services, { caller, requestId: input.requestId }, input);
  }

  @Handle(routes.addSignInKey)
  addKey(
    @Input() input: RouteInput<'addSignInKey'>,
    @CurrentCaller() caller: SignedInCaller,
  ): Promise<RouteOutput<'addSignInKey'>> {
    return addSignInKey(this.services, { caller, requestId: input.requestId }, input);
  }

  @Handle(routes.removeSignInKey)
  removeKey(
    @Input() input: RouteInput<'removeSignInKey'>,
    @CurrentCaller() caller: SignedInCaller,
  ): Promise<RouteOutput<'removeSignInKey'>> {
    return removeSignInKey(this.services, { caller, requestId: input.requestId }, input);
  }

  @Handle(routes.disableServiceAccount)
  disable(
    @Input() input: RouteInput<'disableServiceAccount'>,
    @CurrentCaller() caller: SignedInCaller,
  ): Promise<RouteOutput<'disableServiceAccount'>> {
    return disableServiceAccount(this.services, { caller, requestId: input.requestId }, input);
  }

  @Handle(routes.enableServiceAccount)
  enable(
    @Input() input: RouteInput<'enableServiceAccount'>,
    @CurrentCaller() caller: SignedInCaller,
  ): Promise<RouteOutput<'enableServiceAccount'>> {
    return enableServiceAccount(this.services, { caller, requestId: input.requestId }, input);
  }

  @Handle(routes.deleteServiceAccount)
  delete(
    @Input() input: RouteInput<'deleteServiceAccount'>,
    @CurrentCaller() caller: SignedInCaller,
  ): Promise<RouteOutput<'deleteServiceAccount'>> {
    return deleteServiceAccount(this.services, { caller, requestId: input.requestId }, input);
  }
}
