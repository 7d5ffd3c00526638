import { Controller } from '@nestjs/common';
import { routes } from '@writ/contract';
import type { SignedInCaller } from '../auth/signed-in-caller.js';
import { Handle } from '../http/handle.js';
import { CurrentCaller, Input } from '../http/input.decorator.js';
import type { RouteInput, RouteOutput } from '../http/route-input.js';
import { ResourceServices } from '../resource-services.js';
import { confirmUser } from './confirm-user.js';
import { disableUser } from './disable-user.js';
import { enableUser } from './enable-user.js';
import { inviteUser } from './invite-user.js';
import { oneUser, usersPage } from './read-users.js';
import { resetUser } from './reset-user.js';
import { setUser } from './set-user.js';

@Controller()
export class UsersController {
  constructor(private readonly services: ResourceServices) {}

  @Handle(routes.listUsers)
  list(
    @Input() input: RouteInput<'listUsers'>,
    @CurrentCaller() caller: SignedInCaller,
  ): Promise<RouteOutput<'listUsers'>> {
    return usersPage(this.services.store, caller, input);
  }

  @Handle(routes.showUser)
  show(
    @Input() input: RouteInput<'showUser'>,
    @CurrentCaller() caller: SignedInCaller,
  ): Promise<RouteOutput<'showUser'>> {
    return oneUser(this.services.store, caller, input);
  }

  @Handle(routes.inviteUser)
  invite(
    @Input() input: RouteInput<'inviteUser'>,
    @CurrentCaller() caller: SignedInCaller,
  ): Promise<RouteOutput<'inviteUser'>> {
    return inviteUser(this.services, { caller, requestId: input.requestId }, input);
  }

  @Handle(routes.disableUser)
  disable(
    @Input() input: RouteInput<'disableUser'>,
    @CurrentCaller() caller: SignedInCaller,
  ): Promise<RouteOutput<'disableUser'>> {
    return disableUser(this.services, { caller, requestId: input.requestId }, input);
  }

  @Handle(routes.enableUser)
  enable(
    @Input() input: RouteInput<'enableUser'>,
    @CurrentCaller() caller: SignedInCaller,
  ): Promise<RouteOutput<'enableUser'>> {
    return enableUser(this.services, { caller, requestId: input.requestId }, input);
  }

  @Handle(routes.resetUser)
  reset(
    @Input() input: RouteInput<'resetUser'>,
    @CurrentCaller() caller: SignedInCaller,
  ): Promise<RouteOutput<'resetUser'>> {
    return resetUser(this.services, { caller, requestId: input.requestId }, input);
  }

  @Handle(routes.setUser)
  set(
    @Input() input: RouteInput<'setUser'>,
    @CurrentCaller() caller: SignedInCaller,
  ): Promise<RouteOutput<'setUser'>> {
    return setUser(this.services, { caller, requestId: input.requestId }, input);
  }

  @Handle(routes.confirmUser)
  confirm(
    @Input() input: RouteInput<'confirmUser'>,
    @CurrentCaller() caller: SignedInCaller,
  ): Promise<RouteOutput<'confirmUser'>> {
    return confirmUser(this.services, { caller, requestId: input.requestId }, input);
  }
}
