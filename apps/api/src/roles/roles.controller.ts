import { Controller } from '@nestjs/common';
import { routes } from '@writ/contract';
import type { SignedInCaller } from '../auth/signed-in-caller.js';
import { Handle } from '../http/handle.js';
import { CurrentCaller, Input } from '../http/input.decorator.js';
import type { RouteInput, RouteOutput } from '../http/route-input.js';
import { ResourceServices } from '../resource-services.js';
import { createRole } from './create-role.js';
import { deleteRole } from './delete-role.js';
import { grantRole, grantRoleToGroup, revokeRole, revokeRoleFromGroup } from './memberships.js';
import { oneRole, rolesPage } from './read-roles.js';
import { setRole } from './set-role.js';

@Controller()
export class RolesController {
  constructor(private readonly services: ResourceServices) {}

  @Handle(routes.listRoles)
  list(
    @Input() input: RouteInput<'listRoles'>,
    @CurrentCaller() caller: SignedInCaller,
  ): Promise<RouteOutput<'listRoles'>> {
    return rolesPage(this.services.store, caller, input);
  }

  @Handle(routes.showRole)
  show(
    @Input() input: RouteInput<'showRole'>,
    @CurrentCaller() caller: SignedInCaller,
  ): Promise<RouteOutput<'showRole'>> {
    return oneRole(this.services.store, caller, input);
  }

  @Handle(routes.createRole)
  create(
    @Input() input: RouteInput<'createRole'>,
    @CurrentCaller() caller: SignedInCaller,
  ): Promise<RouteOutput<'createRole'>> {
    return createRole(this.services, { caller, requestId: input.requestId }, input);
  }

  @Handle(routes.setRole)
  set(
    @Input() input: RouteInput<'setRole'>,
    @CurrentCaller() caller: SignedInCaller,
  ): Promise<RouteOutput<'setRole'>> {
    return setRole(this.services, { caller, requestId: input.requestId }, input);
  }

  @Handle(routes.deleteRole)
  delete(
    @Input() input: RouteInput<'deleteRole'>,
    @CurrentCaller() caller: SignedInCaller,
  ): Promise<RouteOutput<'deleteRole'>> {
    return deleteRole(this.services, { caller, requestId: input.requestId }, input);
  }

  @Handle(routes.grantRole)
  grant(
    @Input() input: RouteInput<'grantRole'>,
    @CurrentCaller() caller: SignedInCaller,
  ): Promise<RouteOutput<'grantRole'>> {
    return grantRole(this.services, { caller, requestId: input.requestId }, input);
  }

  @Handle(routes.revokeRole)
  revoke(
    @Input() input: RouteInput<'revokeRole'>,
    @CurrentCaller() caller: SignedInCaller,
  ): Promise<RouteOutput<'revokeRole'>> {
    return revokeRole(this.services, { caller, requestId: input.requestId }, input);
  }

  @Handle(routes.grantRoleToGroup)
  grantToGroup(
    @Input() input: RouteInput<'grantRoleToGroup'>,
    @CurrentCaller() caller: SignedInCaller,
  ): Promise<RouteOutput<'grantRoleToGroup'>> {
    return grantRoleToGroup(this.services, { caller, requestId: input.requestId }, input);
  }

  @Handle(routes.revokeRoleFromGroup)
  revokeFromGroup(
    @Input() input: RouteInput<'revokeRoleFromGroup'>,
    @CurrentCaller() caller: SignedInCaller,
  ): Promise<RouteOutput<'revokeRoleFromGroup'>> {
    return revokeRoleFromGroup(this.services, { caller, requestId: input.requestId }, input);
  }
}
