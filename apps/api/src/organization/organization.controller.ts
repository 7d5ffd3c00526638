import { Controller } from '@nestjs/common';
import { routes } from '@writ/contract';
import { findOrganization } from '@writ/storage';
import { SessionServices } from '../auth/session-services.js';
import type { SignedInCaller } from '../auth/signed-in-caller.js';
import { Handle } from '../http/handle.js';
import { CurrentCaller, Input } from '../http/input.decorator.js';
import type { RouteInput, RouteOutput } from '../http/route-input.js';
import { noOrganization } from '../refusal.js';
import { organizationView } from './organization-view.js';
import { requireSecondFactor } from './require-second-factor.js';

@Controller()
export class OrganizationController {
  constructor(private readonly services: SessionServices) {}

  @Handle(routes.showOrganization)
  async show(
    @Input() _: RouteInput<'showOrganization'>,
    @CurrentCaller() { organizationId }: SignedInCaller,
  ): Promise<RouteOutput<'showOrganization'>> {
    const found = await this.services.auth.store.within([organizationId], (tx) =>
      findOrganization(tx, organizationId),
    );
    if (found === null) throw noOrganization();
    return organizationView(found);
  }

  @Handle(routes.requireSecondFactor)
  requireSecondFactor(
    @Input() input: RouteInput<'requireSecondFactor'>,
    @CurrentCaller() caller: SignedInCaller,
  ): Promise<RouteOutput<'requireSecondFactor'>> {
    return requireSecondFactor(this.services.auth, { caller, requestId: input.requestId }, input);
  }
}
