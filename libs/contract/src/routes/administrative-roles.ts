import { z } from 'zod';
import { permissions } from '../permissions.js';
import { AdministrativeRole } from '../resources/administrative-roles.js';
import { OrganizationHandle, ShortName, pageOf } from '../values.js';
import { inOrganization, org, route } from './parts.js';

const Permissions = z.array(z.enum(permissions)).min(1).max(permissions.length);

export const administrativeRoleRoutes = {
  listAdministrativeRoles: route({
    id: 'listAdministrativeRoles',
    method: 'GET',
    path: `${org}/administrative-roles`,
    summary: 'Administrative roles: those that every organization has, then its own by name',
    access: 'user.read',
    params: inOrganization,
    response: pageOf(AdministrativeRole),
  }),
  createAdministrativeRole: route({
    id: 'createAdministrativeRole',
    method: 'POST',
    path: `${org}/administrative-roles`,
    summary: "Make an administrative role of the organization's own",
    access: 'user.grant',
    params: inOrganization,
    body: z.strictObject({ name: ShortName, permissions: Permissions }),
    response: AdministrativeRole,
    status: 201,
    problems: ['name_taken', 'grant_refused', 'decision_stale'],
  }),
  showAdministrativeRole: route({
    id: 'showAdministrativeRole',
    method: 'GET',
    path: `${org}/administrative-roles/:role`,
    summary: 'One administrative role',
    access: 'user.read',
    params: z.strictObject({ organization: OrganizationHandle, role: ShortName }),
    response: AdministrativeRole,
  }),
  changeAdministrativeRole: route({
    id: 'changeAdministrativeRole',
    method: 'POST',
    path: `${org}/administrative-roles/:role`,
    summary: 'Give an administrative role other permissions, in the place of those it has',
    access: 'user.grant',
    params: z.strictObject({ organization: OrganizationHandle, role: ShortName }),
    body: z.strictObject({ permissions: Permissions }),
    response: AdministrativeRole,
    problems: ['grant_refused', 'decision_stale'],
  }),
  deleteAdministrativeRole: route({
    id: 'deleteAdministrativeRole',
    method: 'DELETE',
    path: `${org}/administrative-roles/:role`,
    summary: 'Delete an administrative role that nobody has',
    access: 'user.grant',
    params: z.strictObject({ organization: OrganizationHandle, role: ShortName }),
    status: 204,
    problems: ['in_use', 'grant_refused', 'decision_stale'],
  }),
} as const;
