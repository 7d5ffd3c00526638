import { Controller } from '@nestjs/common';
import { Handle, Input, type InputOf } from '@writ/api';
import { newHostToken, ResourceServices } from '@writ/api/testing';
import { OrganizationHandle, type Route } from '@writ/contract';
import { z } from 'zod';

/** Host tokens for hosts that a bench has put into the database, as if each had just proved its key. */
export const hostTokensRoute = {
  id: 'hostTokens',
  method: 'POST',
  path: '/v1/organizations/:organization/host-tokens',
  summary: 'Gives host tokens without a proof',
  access: 'self',
  params: z.strictObject({ organization: OrganizationHandle }),
  query: z.strictObject({}),
  body: z.strictObject({ hosts: z.array(z.string().max(64)) }),
  response: z.strictObject({ tokens: z.array(z.string()) }),
  status: 201,
  problems: [],
  idempotent: false,
} as const satisfies Route;

@Controller()
export class HostTokensController {
  constructor(private readonly services: ResourceServices) {}

  @Handle(hostTokensRoute)
  give(@Input() { params, body }: InputOf<typeof hostTokensRoute>) {
    const tokens = body.hosts.map(
      (hostId) => newHostToken(this.services, { organizationHandle: params.organization, hostId }).hostToken,
    );
    return Promise.resolve({ tokens });
  }
}
