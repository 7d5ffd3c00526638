import { Controller } from '@nestjs/common';
import { routes } from '@writ/contract';
import type { SignedInCaller } from '../auth/signed-in-caller.js';
import { Handle } from '../http/handle.js';
import { CurrentCaller, Input } from '../http/input.decorator.js';
import type { RouteInput, RouteOutput } from '../http/route-input.js';
import { ResourceServices } from '../resource-services.js';
import { issueHostCertificates } from './issue-host-certificates.js';
import { issueUserCertificate } from './issue-user-certificate.js';
import { certificatesPage, oneCertificate } from './read-certificates.js';

@Controller()
export class CertificatesController {
  constructor(private readonly services: ResourceServices) {}

  @Handle(routes.issueUserCertificate)
  issueForUser(
    @Input() input: RouteInput<'issueUserCertificate'>,
    @CurrentCaller() caller: SignedInCaller,
  ): Promise<RouteOutput<'issueUserCertificate'>> {
    return issueUserCertificate(this.services.issuing, caller, input);
  }

  @Handle(routes.issueHostCertificates)
  issueForHost(
    @Input() input: RouteInput<'issueHostCertificates'>,
    @CurrentCaller() caller: SignedInCaller,
  ): Promise<RouteOutput<'issueHostCertificates'>> {
    const { issuing, highWater } = this.services;
    return issueHostCertificates({ ...issuing, highWater }, caller, input);
  }

  @Handle(routes.listCertificates)
  list(
    @Input() input: RouteInput<'listCertificates'>,
    @CurrentCaller() caller: SignedInCaller,
  ): Promise<RouteOutput<'listCertificates'>> {
    return certificatesPage(this.services, caller, input);
  }

  @Handle(routes.showCertificate)
  show(
    @Input() input: RouteInput<'showCertificate'>,
    @CurrentCaller() caller: SignedInCaller,
  ): Promise<RouteOutput<'showCertificate'>> {
    return oneCertificate(this.services.store, caller, input);
  }
}
