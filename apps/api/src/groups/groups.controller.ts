import { Controller } from '@nestjs/common';
import { routes } from '@writ/contract';
import type { SignedInCaller } from '../auth/signed-in-caller.js';
import { Handle } from '../http/handle.js';
import { CurrentCaller, Input } from '../http/input.decorator.js';
import type { RouteInput, RouteOutput } from '../http/route-input.js';
import { ResourceServices } from '../resource-services.js';
import { addToGroup, removeFromGroup } from './change-members.js';
import { createGroup } from './create-group.js';
import { deleteGroup } from './delete-group.js';
import { groupsPage, oneGroup } from './read-groups.js';

@Controller()
export class GroupsController {
  constructor(private readonly services: ResourceServices) {}

  @Handle(routes.listGroups)
  list(
    @Input() input: RouteInput<'listGroups'>,
    @CurrentCaller() caller: SignedInCaller,
  ): Promise<RouteOutput<'listGroups'>> {
    return groupsPage(this.services.store, caller, input);
  }

  @Handle(routes.showGroup)
  show(
    @Input() input: RouteInput<'showGroup'>,
    @CurrentCaller() caller: SignedInCaller,
  ): Promise<RouteOutput<'showGroup'>> {
    return oneGroup(this.services.store, caller, input);
  }

  @Handle(routes.createGroup)
  create(
    @Input() input: RouteInput<'createGroup'>,
    @CurrentCaller() caller: SignedInCaller,
  ): Promise<RouteOutput<'createGroup'>> {
    return createGroup(this.services, { caller, requestId: input.requestId }, input);
  }

  @Handle(routes.deleteGroup)
  delete(
    @Input() input: RouteInput<'deleteGroup'>,
    @CurrentCaller() caller: SignedInCaller,
  ): Promise<RouteOutput<'deleteGroup'>> {
    return deleteGroup(this.services, { caller, requestId: input.requestId }, input);
  }

  @Handle(routes.addToGroup)
  add(
    @Input() input: RouteInput<'addToGroup'>,
    @CurrentCaller() caller: SignedInCaller,
  ): Promise<RouteOutput<'addToGroup'>> {
    return addToGroup(this.services, { caller, requestId: input.requestId }, input);
  }

  @Handle(routes.removeFromGroup)
  remove(
    @Input() input: RouteInput<'removeFromGroup'>,
    @CurrentCaller() caller: SignedInCaller,
  ): Promise<RouteOutput<'removeFromGroup'>> {
    return removeFromGroup(this.services, { caller, requestId: input.requestId }, input);
  }
}
