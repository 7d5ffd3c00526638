import { Controller } from '@nestjs/common';
import { routes } from '@writ/contract';
import { Handle } from '../http/handle.js';
import { Input } from '../http/input.decorator.js';
import type { RouteInput, RouteOutput } from '../http/route-input.js';
import { ResourceServices } from '../resource-services.js';
import { knownHostsFile, krlFile, userAuthoritiesFile } from './trust-files.js';

@Controller()
export class TrustController {
  constructor(private readonly services: ResourceServices) {}

  @Handle(routes.userAuthorities)
  async userAuthorities(
    @Input() { params }: RouteInput<'userAuthorities'>,
  ): Promise<RouteOutput<'userAuthorities'>> {
    const { store, publicOrganizations } = this.services;
    return userAuthoritiesFile(store, await publicOrganizations(params.organization));
  }

  @Handle(routes.knownHosts)
  async knownHosts(@Input() { params }: RouteInput<'knownHosts'>): Promise<RouteOutput<'knownHosts'>> {
    const { store, publicOrganizations } = this.services;
    return knownHostsFile(store, await publicOrganizations(params.organization));
  }

  @Handle(routes.krl)
  async krl(@Input() { params }: RouteInput<'krl'>): Promise<RouteOutput<'krl'>> {
    const { krls, publicOrganizations } = this.services;
    return krlFile(krls, await publicOrganizations(params.organization));
  }
}
