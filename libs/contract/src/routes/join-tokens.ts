import { z } from 'zod';
import { JoinToken, UsableJoinToken } from '../resources/join-tokens.js';
import { JoinNames, Labels, OrganizationHandle, PageQuery, Uuid, pageOf } from '../values.js';
import { inOrganization, org, route } from './parts.js';

export const joinTokenRoutes = {
  createJoinToken: route({
    id: 'createJoinToken',
    method: 'POST',
    path: `${org}/hosts/tokens`,
    summary: 'Make a token with which hosts join; the answer holds its secret',
    access: 'host.join',
    params: inOrganization,
    body: z.strictObject({
      names: JoinNames,
      labels: Labels.default({}),
      uses: z.int().min(1).max(1000).default(1),
      ttlSeconds: z.int().min(60).max(2_592_000).default(3600),
    }),
    response: JoinToken,
    status: 201,
    problems: ['request_refused', 'grant_refused', 'decision_stale'],
  }),
  listJoinTokens: route({
    id: 'listJoinTokens',
    method: 'GET',
    path: `${org}/hosts/tokens`,
    summary: 'Join tokens that can still be used, newest first, without their secrets',
    access: 'host.join',
    params: inOrganization,
    query: z.strictObject(PageQuery),
    response: pageOf(UsableJoinToken),
    problems: ['cursor_invalid'],
  }),
  revokeJoinToken: route({
    id: 'revokeJoinToken',
    method: 'POST',
    path: `${org}/hosts/tokens/:token/revoke`,
    summary: 'Use a join token up: no host joins with it any more',
    access: 'host.join',
    params: z.strictObject({ organization: OrganizationHandle, token: Uuid }),
    status: 204,
    problems: ['decision_stale'],
  }),
} as const;
