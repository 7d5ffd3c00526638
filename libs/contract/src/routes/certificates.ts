import { z } from 'zod';
import { Certificate, IssuedCertificate, IssuedHostCertificates } from '../resources/certificates.js';
import {
  ActorName,
  CertificateId,
  HostText,
  LoginName,
  OrganizationHandle,
  PageQuery,
  PublicKeyLine,
  ShortName,
  TtlSeconds,
  pageOf,
} from '../values.js';
import { inOrganization, org, route } from './parts.js';

export const certificateRoutes = {
  issueUserCertificate: route({
    id: 'issueUserCertificate',
    method: 'POST',
    path: `${org}/certificates/user`,
    summary:
      'Issue a user certificate for one of the caller’s roles: the one named, or one that reaches the host as the login',
    access: 'self',
    params: inOrganization,
    body: z
      .strictObject({
        publicKey: PublicKeyLine,
        role: ShortName.optional(),
        host: HostText.optional(),
        login: LoginName.optional(),
        ttlSeconds: TtlSeconds.optional(),
      })
      .refine(
        ({ host, login }) => (host === undefined) === (login === undefined),
        'name both host and login, or none',
      ),
    response: IssuedCertificate,
    status: 201,
    problems: ['public_key_invalid', 'request_refused', 'decision_stale', 'idempotency_key_reused'],
    idempotent: true,
  }),
  issueHostCertificates: route({
    id: 'issueHostCertificates',
    method: 'POST',
    path: `${org}/certificates/host`,
    summary: "Issue host certificates: one for each of a host's keys, all with the same names",
    access: 'host.sign',
    params: inOrganization,
    body: z.strictObject({
      publicKeys: z.array(PublicKeyLine).min(1).max(8),
      names: z.array(z.string().min(1).max(253)).min(1).max(64),
      ttlSeconds: TtlSeconds.optional(),
      replace: z.boolean().default(false),
    }),
    response: IssuedHostCertificates,
    status: 201,
    problems: [
      'public_key_invalid',
      'request_refused',
      'host_name_taken',
      'key_taken',
      'decision_stale',
      'idempotency_key_reused',
    ],
    idempotent: true,
  }),
  listCertificates: route({
    id: 'listCertificates',
    method: 'GET',
    path: `${org}/certificates`,
    summary: "Certificates, newest first; one's own without certificate.read",
    access: 'self',
    params: inOrganization,
    query: z.strictObject({
      ...PageQuery,
      user: ActorName.optional(),
      type: z.enum(['user', 'host']).optional(),
      active: z.enum(['true', 'false']).optional(),
    }),
    response: pageOf(Certificate),
    problems: ['cursor_invalid', 'permission_missing'],
  }),
  showCertificate: route({
    id: 'showCertificate',
    method: 'GET',
    path: `${org}/certificates/:certificate`,
    summary: 'One certificate, with its line',
    access: 'self',
    params: z.strictObject({ organization: OrganizationHandle, certificate: CertificateId }),
    response: z.strictObject({ ...Certificate.shape, certificate: z.string() }),
  }),
} as const;
