import { z } from 'zod';
import { CutRequest, CutResult, HostSession } from '../resources/host-sessions.js';
import { ActorName, HostText, PageQuery, pageOf } from '../values.js';
import { inOrganization, org, route } from './parts.js';

export const hostSessionRoutes = {
  listHostSessions: route({
    id: 'listHostSessions',
    method: 'GET',
    path: `${org}/sessions`,
    summary: 'The sessions that hosts have reported last, by host',
    access: 'host.read',
    params: inOrganization,
    query: z.strictObject({ ...PageQuery, host: HostText.optional(), user: ActorName.optional() }),
    response: pageOf(HostSession),
    problems: ['cursor_invalid'],
  }),
  cutSessions: route({
    id: 'cutSessions',
    method: 'POST',
    path: `${org}/sessions/cut`,
    summary:
      'Have hosts end sessions that they reported: some, or all of a host or a user; what they rest on stays good',
    access: 'certificate.revoke',
    params: inOrganization,
    body: CutRequest,
    response: CutResult,
    problems: ['decision_stale'],
  }),
} as const;
