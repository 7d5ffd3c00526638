import { Controller } from '@nestjs/common';
import { routes } from '@writ/contract';
import type { SignedInCaller } from '../auth/signed-in-caller.js';
import { Handle } from '../http/handle.js';
import { CurrentCaller, Input } from '../http/input.decorator.js';
import type { RouteInput, RouteOutput } from '../http/route-input.js';
import { ResourceServices } from '../resource-services.js';
import { changeAdministrativeRole } from './change.js';
import { createAdministrativeRole } from './create.js';
import { deleteAdministrativeRole } from './delete.js';
import { everyAdministrativeRole, oneAdministrativeRole } from './read.js';

@Controller()
export class AdministrativeRolesController {
  constructor(private readonly services: ResourceServices) {}

  @Handle(routes.listAdministrativeRoles)
  list(
    @Input() _: RouteInput<'listAdministrativeRoles'>,
    @CurrentCaller() caller: SignedInCaller,
  ): Promise<RouteOutput<'listAdministrativeRoles'>> {
    return everyAdministrativeRole(this.services.store, caller);
  }

  @Handle(routes.showAdministrativeRole)
  show(
    @Input() input: RouteInput<'showAdministrativeRole'>,
    @CurrentCaller() caller: SignedInCaller,
  ): Promise<RouteOutput<'showAdministrativeRole'>> {
    return oneAdministrativeRole(this.services.store, caller, input);
  }

  @Handle(routes.createAdministrativeRole)
  create(
    @Input() input: RouteInput<'createAdministrativeRole'>,
    @CurrentCaller() caller: SignedInCaller,
  ): Promise<RouteOutput<'createAdministrativeRole'>> {
    return createAdministrativeRole(this.services, { caller, requestId: input.requestId }, input);
  }

  @Handle(routes.changeAdministrativeRole)
  change(
    @Input() input: RouteInput<'changeAdministrativeRole'>,
    @CurrentCaller() caller: SignedInCaller,
  ): Promise<RouteOutput<'changeAdministrativeRole'>> {
    return changeAdministrativeRole(this.services, { caller, requestId: input.requestId }, input);
  }

  @Handle(routes.deleteAdministrativeRole)
  delete(
    @Input() input: RouteInput<'deleteAdministrativeRole'>,
    @CurrentCaller() caller: SignedInCaller,
  ): Promise<RouteOutput<'deleteAdministrativeRole'>> {
    return deleteAdministrativeRole(this.services, { caller, requestId: input.requestId }, input);
  }
}
