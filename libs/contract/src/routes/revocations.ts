import { z } from 'zod';
import {
  Revocation,
  RevocationInFull,
  RevocationPreview,
  RevocationPreviewRequest,
  RevocationRequest,
  RevocationResult,
} from '../resources/revocations.js';
import { OrganizationHandle, PageQuery, Uuid, pageOf } from '../values.js';
import { inOrganization, org, route } from './parts.js';

export const revocationRoutes = {
  revoke: route({
    id: 'revoke',
    method: 'POST',
    path: `${org}/revocations`,
    summary:
      'Revoke certificates, a key, everything of an account or a host, or an authority; cannot be undone',
    access: 'certificate.revoke',
    params: inOrganization,
    body: RevocationRequest,
    response: RevocationResult,
    status: 201,
    problems: [
      'revocation_invalid',
      'public_key_invalid',
      'last_owner',
      'idempotency_key_reused',
      'grant_refused',
      'decision_stale',
    ],
    idempotent: true,
  }),
  previewRevocation: route({
    id: 'previewRevocation',
    method: 'POST',
    path: `${org}/revocations/preview`,
    summary: 'What revoking would end, found out by doing it and taking it back; nothing is changed',
    access: 'certificate.revoke',
    params: inOrganization,
    body: RevocationPreviewRequest,
    response: RevocationPreview,
    problems: ['revocation_invalid', 'public_key_invalid', 'last_owner', 'grant_refused', 'decision_stale'],
  }),
  listRevocations: route({
    id: 'listRevocations',
    method: 'GET',
    path: `${org}/revocations`,
    summary: 'What was done by which certificates or keys are no longer trusted, newest first',
    access: 'certificate.read',
    params: inOrganization,
    query: z.strictObject(PageQuery),
    response: pageOf(Revocation),
    problems: ['cursor_invalid'],
  }),
  showRevocation: route({
    id: 'showRevocation',
    method: 'GET',
    path: `${org}/revocations/:revocation`,
    summary: 'One of them, with the certificates and keys that it revoked',
    access: 'certificate.read',
    params: z.strictObject({ organization: OrganizationHandle, revocation: Uuid }),
    response: RevocationInFull,
  }),
} as const;
