import { Controller } from '@nestjs/common';
import { routes } from '@writ/contract';
import type { SignedInCaller } from '../auth/signed-in-caller.js';
import type { HostCaller } from '../hosts/host-token.js';
import { Handle, HandleHeld } from '../http/handle.js';
import type { Held } from '../http/held.js';
import { CurrentCaller, CurrentHost, Holding, Input } from '../http/input.decorator.js';
import type { RouteInput, RouteOutput } from '../http/route-input.js';
import { ResourceServices } from '../resource-services.js';
import { enforcementPage } from './read-enforcement.js';
import { takeStatement } from './take-statement.js';

@Controller()
export class EnforcementController {
  constructor(private readonly services: ResourceServices) {}

  @Handle(routes.stateEnforcement)
  state(
    @Input() input: RouteInput<'stateEnforcement'>,
    @CurrentHost() host: HostCaller,
    @Holding() held: Held,
  ): Promise<void> {
    // After a new KRL all hosts speak at once, many of them from one address: they wait for their turn, and nobody is sent away.
    held.begin(() => undefined);
    return takeStatement(this.services, host, input);
  }

  @Handle(routes.enforcement)
  enforcement(
    @Input() input: RouteInput<'enforcement'>,
    @CurrentCaller() caller: SignedInCaller,
  ): Promise<RouteOutput<'enforcement'>> {
    return enforcementPage(this.services, caller, input);
  }

  @HandleHeld(routes.enforcementStream)
  async stream(
    @Input() { params }: RouteInput<'enforcementStream'>,
    @CurrentCaller() { organizationId }: SignedInCaller,
    @Holding() held: Held,
  ): Promise<void> {
    const stream = await this.services.enforcementStreams.open(organizationId, params.version);
    held.begin(() => stream.destroy());
    held.stream(routes.enforcementStream.response.mediaType, stream);
  }
}
