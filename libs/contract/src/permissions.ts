/** Everything a caller can be permitted to do in an organization, beyond what any signed-in person may do for themselves. */
export const permissions = [
  'organization.read',
  'organization.change',
  'customer.read',
  'customer.create',
  'customer.update',
  'user.read',
  'user.invite',
  'user.disable',
  'user.reset',
  'user.grant',
  'group.read',
  'group.manage',
  'role.read',
  'role.create',
  'role.grant',
  'delegation.read',
  'delegation.offer',
  'delegation.accept',
  'delegation.end',
  'certificate.read',
  'certificate.revoke',
  'host.read',
  'host.join',
  'host.sign',
  'host.change',
  'host.approve',
  'host.remove',
  'authority.read',
  'authority.manage',
  'event.read',
] as const;

export type Permission = (typeof permissions)[number];

/** The fixed collections of permissions a person holds by their place in the organization. */
export const administrativeRoles = ['owner', 'administrator', 'operator', 'auditor', 'member'] as const;

export type BuiltInRole = (typeof administrativeRoles)[number];

const readAll: readonly Permission[] = [
  'organization.read',
  'customer.read',
  'user.read',
  'group.read',
  'role.read',
  'delegation.read',
  'certificate.read',
  'host.read',
  'authority.read',
  'event.read',
];

/** What each administrative role permits. `member` may only act for itself. */
export const permissionsOf: Readonly<Record<BuiltInRole, ReadonlySet<Permission>>> = {
  owner: new Set(permissions),
  administrator: new Set<Permission>([
    ...readAll,
    'customer.create',
    'user.invite',
    'user.disable',
    'user.reset',
    'user.grant',
    'group.manage',
    'role.create',
    'role.grant',
    'delegation.offer',
    'delegation.end',
    'certificate.revoke',
    'host.join',
    'host.change',
    'host.approve',
    'host.remove',
  ]),
  operator: new Set<Permission>([
    ...readAll,
    'certificate.revoke',
    'host.join',
    'host.sign',
    'host.change',
    'host.approve',
    'host.remove',
  ]),
  auditor: new Set(readAll),
  member: new Set<Permission>(['organization.read', 'authority.read']),
};
