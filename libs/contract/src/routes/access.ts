import { z } from 'zod';
import { AccessEntry, Explanation, Reach, ReachedOrganization } from '../resources/access.js';
import { ActorName, HostText, LoginName, pageOf } from '../values.js';
import { inOrganization, org, route } from './parts.js';

export const accessRoutes = {
  listReach: route({
    id: 'listReach',
    method: 'GET',
    path: '/v1/reach',
    summary: 'The hosts that the caller may reach, by which roles, in every organization where they may act',
    access: 'self',
    response: Reach,
    tagged: true,
  }),
  explain: route({
    id: 'explain',
    method: 'GET',
    path: `${org}/explain`,
    summary:
      'Whether somebody may be a login on a host, by which roles, or which link is missing; others than oneself with user.read, role.read and host.read',
    access: 'self',
    params: inOrganization,
    query: z.strictObject({ host: HostText, login: LoginName, user: ActorName.optional() }),
    response: Explanation,
    problems: ['permission_missing'],
  }),
  listAccess: route({
    id: 'listAccess',
    method: 'GET',
    path: `${org}/access`,
    summary:
      "Who may be whom on which host, by host, login and user; one's own without user.read, role.read and host.read",
    access: 'self',
    params: inOrganization,
    query: z.strictObject({
      limit: z.coerce.number().int().min(1).max(5000).default(500),
      cursor: z.string().max(1024).optional(),
      user: ActorName.optional(),
      host: HostText.optional(),
      login: LoginName.optional(),
    }),
    response: pageOf(AccessEntry),
    problems: ['cursor_invalid', 'permission_missing', 'request_refused'],
  }),
  reachOfAll: route({
    id: 'reachOfAll',
    method: 'GET',
    path: `${org}/reach`,
    summary:
      'Every host of the organization that any role reaches, as if the caller were in every role; also takes role.read',
    access: 'host.read',
    params: inOrganization,
    response: ReachedOrganization,
    tagged: true,
  }),
} as const;
