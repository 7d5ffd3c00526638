import { Controller } from '@nestjs/common';
import { routes } from '@writ/contract';
import { Handle, HandleHeld } from '../http/handle.js';
import type { Held } from '../http/held.js';
import { Holding, Input } from '../http/input.decorator.js';
import type { RouteInput, RouteOutput } from '../http/route-input.js';
import { ResourceServices } from '../resource-services.js';
import { trustBundleFile } from './signed-trust-bundle.js';
import {
  currentKrlFile,
  keptKrlFile,
  knownHostsFile,
  krlSignatureFile,
  userAuthoritiesFile,
} from './trust-files.js';

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

  @HandleHeld(routes.krl)
  async krl(
    @Input() { params, query: { wait }, source }: RouteInput<'krl'>,
    @Holding() held: Held,
  ): Promise<void> {
    const id = await this.services.publicOrganizations(params.organization);
    const file = await currentKrlFile(this.services, id, { wait, source, held });
    held.file(routes.krl.response.mediaType, file);
  }

  @Handle(routes.krlSignature)
  async krlSignature(@Input() { params }: RouteInput<'krlSignature'>): Promise<RouteOutput<'krlSignature'>> {
    const { signedKrls, publicOrganizations } = this.services;
    return krlSignatureFile(signedKrls, await publicOrganizations(params.organization));
  }

  @Handle(routes.keptKrl)
  async keptKrl(@Input() { params }: RouteInput<'keptKrl'>): Promise<RouteOutput<'keptKrl'>> {
    const { krls, publicOrganizations } = this.services;
    return keptKrlFile(krls, await publicOrganizations(params.organization), BigInt(params.version));
  }

  @Handle(routes.keptKrlSignature)
  async keptKrlSignature(
    @Input() { params }: RouteInput<'keptKrlSignature'>,
  ): Promise<RouteOutput<'keptKrlSignature'>> {
    const { signedKrls, publicOrganizations } = this.services;
    const id = await publicOrganizations(params.organization);
    return krlSignatureFile(signedKrls, id, BigInt(params.version));
  }
}
