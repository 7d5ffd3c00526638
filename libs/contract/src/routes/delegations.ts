import { z } from 'zod';
import { Delegation } from '../resources/delegations.js';
import { OrganizationHandle, ShortName, UserName, Uuid } from '../values.js';
import { inOrganization, org, route } from './parts.js';

export const delegationRoutes = {
  listDelegations: route({
    id: 'listDelegations',
    method: 'GET',
    path: `${org}/delegations`,
    summary:
      'Delegations of the organization’s roles, and those to its people that have not ended; newest first',
    access: 'delegation.read',
    params: inOrganization,
    response: z.strictObject({ items: z.array(Delegation) }),
  }),
  offerDelegation: route({
    id: 'offerDelegation',
    method: 'POST',
    path: `${org}/delegations`,
    summary: 'Offer that a user or group of the provider holds a role of a customer, who has to accept',
    access: 'delegation.offer',
    params: inOrganization,
    body: z
      .strictObject({
        customer: ShortName,
        role: ShortName,
        user: UserName.optional(),
        group: ShortName.optional(),
      })
      .refine(
        ({ user, group }) => (user === undefined) !== (group === undefined),
        'name either a user or a group',
      ),
    response: Delegation,
    status: 201,
    problems: ['provider_only', 'people_only', 'already_so', 'decision_stale'],
  }),
  showDelegation: route({
    id: 'showDelegation',
    method: 'GET',
    path: `${org}/delegations/:delegation`,
    summary: 'One delegation: who it is, how often used, since when',
    access: 'delegation.read',
    params: z.strictObject({ organization: OrganizationHandle, delegation: Uuid }),
    response: Delegation,
  }),
  acceptDelegation: route({
    id: 'acceptDelegation',
    method: 'POST',
    path: `${org}/delegations/:delegation/accept`,
    summary: "Put an offered delegation of the organization's role into force",
    access: 'delegation.accept',
    params: z.strictObject({ organization: OrganizationHandle, delegation: Uuid }),
    response: Delegation,
    problems: ['delegation_stale', 'grant_refused', 'already_so', 'decision_stale'],
  }),
  endDelegation: route({
    id: 'endDelegation',
    method: 'POST',
    path: `${org}/delegations/:delegation/end`,
    summary: 'End a delegation, of either side, and revoke the certificates that rested on it',
    access: 'delegation.end',
    params: z.strictObject({ organization: OrganizationHandle, delegation: Uuid }),
    response: Delegation,
    problems: ['already_so', 'decision_stale'],
  }),
} as const;
