import { Controller } from '@nestjs/common';
import { routes } from '@writ/contract';
import type { SignedInCaller } from '../auth/signed-in-caller.js';
import type { HostCaller } from '../hosts/host-token.js';
import { Handle, HandleHeld } from '../http/handle.js';
import type { Held } from '../http/held.js';
import { CurrentCaller, CurrentHost, Holding, Input } from '../http/input.decorator.js';
import type { RouteInput, RouteOutput } from '../http/route-input.js';
import { ResourceServices } from '../resource-services.js';
import { cutSessions } from './cut-sessions.js';
import { hostSessionsPage } from './read-sessions.js';
import { takeSessions } from './take-sessions.js';

@Controller()
export class HostSessionsController {
  constructor(private readonly services: ResourceServices) {}

  @HandleHeld(routes.reportHostSessions)
  async report(
    @Input() input: RouteInput<'reportHostSessions'>,
    @CurrentHost() host: HostCaller,
    @Holding() held: Held,
  ): Promise<void> {
    const roles = await takeSessions(this.services, host, input);
    if (roles === null) held.nothing();
    else held.body(routes.reportHostSessions.response.mediaType, [Buffer.from(roles)]);
  }

  @Handle(routes.listHostSessions)
  list(
    @Input() input: RouteInput<'listHostSessions'>,
    @CurrentCaller() caller: SignedInCaller,
  ): Promise<RouteOutput<'listHostSessions'>> {
    return hostSessionsPage(this.services, caller, input);
  }

  @Handle(routes.cutSessions)
  cut(
    @Input() input: RouteInput<'cutSessions'>,
    @CurrentCaller() caller: SignedInCaller,
  ): Promise<RouteOutput<'cutSessions'>> {
    return cutSessions(this.services, { caller, requestId: input.requestId }, input);
  }
}
