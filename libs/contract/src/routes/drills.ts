import { z } from 'zod';
import { Drill, NewDrill } from '../resources/drills.js';
import { OrganizationHandle, Uuid } from '../values.js';
import { inOrganization, org, route } from './parts.js';

export const drillRoutes = {
  startDrill: route({
    id: 'startDrill',
    method: 'POST',
    path: `${org}/drills`,
    summary:
      'Begin a drill: a canary with a role of its own, which can do nothing and is there to be revoked',
    access: 'certificate.revoke',
    params: inOrganization,
    body: NewDrill,
    response: Drill,
    status: 201,
    problems: ['public_key_invalid', 'key_taken', 'role_invalid', 'grant_refused', 'decision_stale'],
  }),
  endDrill: route({
    id: 'endDrill',
    method: 'DELETE',
    path: `${org}/drills/:drill`,
    summary: 'End a drill: its canary and the role go, with all that is left of them',
    access: 'certificate.revoke',
    params: z.strictObject({ organization: OrganizationHandle, drill: Uuid }),
    status: 204,
    problems: ['grant_refused', 'decision_stale'],
  }),
} as const;
