import { Controller } from '@nestjs/common';
import { routes } from '@writ/contract';
import { Handle } from '../http/handle.js';
import { Input } from '../http/input.decorator.js';
import type { RouteInput, RouteOutput } from '../http/route-input.js';
import { ResourceServices } from '../resource-services.js';
import { trustBundleFile } from './signed-trust-bundle.js';
import { knownHostsFile, krlFile, krlSignatureFile, userAuthoritiesFile } from './trust-files.js';

@Controller()
export class TrustController {
  constructor(private readonly services: ResourceServices) {}

  @Handle(routes.userAuthorities)
  async userAuthorities(
    @Input() { params }: RouteInput<'userAuthorities'>,
  ): Promise<RouteOutput<'userAuthorities'>> {
    return userAuthoritiesFile(this.services, await this.services.publicOrganizations(params.organization));
  }

  @Handle(routes.knownHosts)
  async knownHosts(@Input() { params }: RouteInput<'knownHosts'>): Promise<RouteOutput<'knownHosts'>> {
    return knownHostsFile(this.services, await this.services.publicOrganizations(params.organization));
  }

  @Handle(routes.trustBundle)
  async trustBundle(@Input() { params }: RouteInput<'trustBundle'>): Promise<RouteOutput<'trustBundle'>> {
    return trustBundleFile(this.services, await this.services.publicOrganizations(params.organization));
  }

  @Handle(routes.krl)
  async krl(@Input() { params }: RouteInput<'krl'>): Promise<RouteOutput<'krl'>> {
    const { krls, publicOrganizations } = this.services;
    return krlFile(krls, await publicOrganizations(params.organization));
  }

  @Handle(routes.krlSignature)
  async krlSignature(@Input() { params }: RouteInput<'krlSignature'>): Promise<RouteOutput<'krlSignature'>> {
    const { signedKrls, publicOrganizations } = this.services;
    return krlSignatureFile(signedKrls, await publicOrganizations(params.organization));
  }
}
