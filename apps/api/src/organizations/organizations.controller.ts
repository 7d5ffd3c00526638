import { Controller } from '@nestjs/common';
import { routes } from '@writ/contract';
import { findOrganization } from '@writ/storage';
import type { SignedInCaller } from '../auth/signed-in-caller.js';
import { Handle } from '../http/handle.js';
import { CurrentCaller, Input } from '../http/input.decorator.js';
import type { RouteInput, RouteOutput } from '../http/route-input.js';
import { noOrganization } from '../refusal.js';
import { ResourceServices } from '../resource-services.js';
import { closeCustomer, reopenCustomer, setCustomerNames } from './change-customer.js';
import { createCustomer } from './create-customer.js';
import { organizationsPage } from './list-organizations.js';
import { organizationView } from './organization-view.js';
import { requireSecondFactor } from './require-second-factor.js';
import { updateOrganization } from './update-organization.js';

@Controller()
export class OrganizationsController {
  constructor(private readonly services: ResourceServices) {}

  @Handle(routes.listOrganizations)
  list(
    @Input() input: RouteInput<'listOrganizations'>,
    @CurrentCaller() caller: SignedInCaller,
  ): Promise<RouteOutput<'listOrganizations'>> {
    return organizationsPage(this.services.store, caller, input);
  }

  @Handle(routes.showOrganization)
  async show(
    @Input() _: RouteInput<'showOrganization'>,
    @CurrentCaller() { organizationId }: SignedInCaller,
  ): Promise<RouteOutput<'showOrganization'>> {
    const found = await this.services.store.within([organizationId], (tx) =>
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
    return requireSecondFactor(this.services, { caller, requestId: input.requestId }, input);
  }

  @Handle(routes.updateOrganization)
  update(
    @Input() input: RouteInput<'updateOrganization'>,
    @CurrentCaller() caller: SignedInCaller,
  ): Promise<RouteOutput<'updateOrganization'>> {
    return updateOrganization(this.services, { caller, requestId: input.requestId }, input);
  }

  @Handle(routes.createCustomer)
  createCustomer(
    @Input() input: RouteInput<'createCustomer'>,
    @CurrentCaller() caller: SignedInCaller,
  ): Promise<RouteOutput<'createCustomer'>> {
    return createCustomer(this.services, { caller, requestId: input.requestId }, input);
  }

  @Handle(routes.setCustomerNames)
  setCustomerNames(
    @Input() input: RouteInput<'setCustomerNames'>,
    @CurrentCaller() caller: SignedInCaller,
  ): Promise<RouteOutput<'setCustomerNames'>> {
    return setCustomerNames(this.services, { caller, requestId: input.requestId }, input);
  }

  @Handle(routes.closeCustomer)
  closeCustomer(
    @Input() input: RouteInput<'closeCustomer'>,
    @CurrentCaller() caller: SignedInCaller,
  ): Promise<RouteOutput<'closeCustomer'>> {
    return closeCustomer(this.services, { caller, requestId: input.requestId }, input);
  }

  @Handle(routes.reopenCustomer)
  reopenCustomer(
    @Input() input: RouteInput<'reopenCustomer'>,
    @CurrentCaller() caller: SignedInCaller,
  ): Promise<RouteOutput<'reopenCustomer'>> {
    return reopenCustomer(this.services, { caller, requestId: input.requestId }, input);
  }
}
