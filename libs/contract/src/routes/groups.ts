import { z } from 'zod';
import { Group, GroupMembers } from '../resources/groups.js';
import { OrganizationHandle, PageQuery, ShortName, pageOf } from '../values.js';
import { inOrganization, org, route } from './parts.js';

export const groupRoutes = {
  listGroups: route({
    id: 'listGroups',
    method: 'GET',
    path: `${org}/groups`,
    summary: 'Groups, by name',
    access: 'group.read',
    params: inOrganization,
    query: z.strictObject(PageQuery),
    response: pageOf(Group),
    problems: ['cursor_invalid'],
  }),
  createGroup: route({
    id: 'createGroup',
    method: 'POST',
    path: `${org}/groups`,
    summary: 'Create a group, with nobody in it',
    access: 'group.manage',
    params: inOrganization,
    body: z.strictObject({ name: ShortName }),
    response: Group,
    status: 201,
    problems: ['name_taken', 'decision_stale'],
  }),
  showGroup: route({
    id: 'showGroup',
    method: 'GET',
    path: `${org}/groups/:group`,
    summary: 'One group: who is in it, and what it is in',
    access: 'group.read',
    params: z.strictObject({ organization: OrganizationHandle, group: ShortName }),
    response: Group,
  }),
  deleteGroup: route({
    id: 'deleteGroup',
    method: 'DELETE',
    path: `${org}/groups/:group`,
    summary: 'Delete a group that is in no role and in no other group; the answer is what it was',
    access: 'group.manage',
    params: z.strictObject({ organization: OrganizationHandle, group: ShortName }),
    response: Group,
    problems: ['in_use', 'decision_stale'],
  }),
  addToGroup: route({
    id: 'addToGroup',
    method: 'POST',
    path: `${org}/groups/:group/members`,
    summary: 'Put users and groups into a group; takes role.grant for every role that they come into',
    access: 'group.manage',
    params: z.strictObject({ organization: OrganizationHandle, group: ShortName }),
    body: GroupMembers,
    response: Group,
    problems: [
      'grant_refused',
      'group_invalid',
      'already_so',
      'people_only',
      'second_factor_required',
      'decision_stale',
    ],
  }),
  removeFromGroup: route({
    id: 'removeFromGroup',
    method: 'POST',
    path: `${org}/groups/:group/members/remove`,
    summary:
      'Take users and groups out of a group, and revoke the certificates of the roles that they are in by no other path',
    access: 'group.manage',
    params: z.strictObject({ organization: OrganizationHandle, group: ShortName }),
    body: GroupMembers,
    response: Group,
    problems: ['already_so', 'decision_stale'],
  }),
} as const;
