import { Controller } from '@nestjs/common';
import { routes } from '@writ/contract';
import type { SignedInCaller } from '../auth/signed-in-caller.js';
import type { HostCaller } from '../hosts/host-token.js';
import { Handle } from '../http/handle.js';
import { CurrentCaller, CurrentHost, Input } from '../http/input.decorator.js';
import type { RouteInput, RouteOutput } from '../http/route-input.js';
import { ResourceServices } from '../resource-services.js';
import { cutSessions } from './cut-sessions.js';
import { hostSessionsPage } from './read-sessions.js';
import { takeSessions } from './take-sessions.js';

@Controller()
export class HostSessionsController {
  constructor(private readonly services: ResourceServices) {}

  @Handle(routes.reportHostSessions)
  report(@Input() input: RouteInput<'reportHostSessions'>, @CurrentHost() host: HostCaller): Promise<void> {
    return takeSessions(this.services, host, input);
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
