import { z } from 'zod';
import { Host, RemovedHost } from '../resources/hosts.js';
import { Fingerprint, Labels, Line, OrganizationHandle, PageQuery, pageOf } from '../values.js';
import { inOrganization, org, route } from './parts.js';

const oneHost = z.strictObject({ organization: OrganizationHandle, host: Line.min(1).max(253) });

export const hostRoutes = {
  listHosts: route({
    id: 'listHosts',
    method: 'GET',
    path: `${org}/hosts`,
    summary: 'Joined hosts, by name',
    access: 'host.read',
    params: inOrganization,
    query: z.strictObject(PageQuery),
    response: pageOf(Host),
    problems: ['cursor_invalid'],
  }),
  showHost: route({
    id: 'showHost',
    method: 'GET',
    path: `${org}/hosts/:host`,
    summary: 'One host',
    access: 'host.read',
    params: oneHost,
    response: Host,
  }),
  labelHost: route({
    id: 'labelHost',
    method: 'POST',
    path: `${org}/hosts/:host/labels`,
    summary:
      'Give a host labels and take labels from it; takes role.grant on every role that chooses it then',
    access: 'host.change',
    params: oneHost,
    body: z
      .strictObject({ set: Labels.default({}), remove: z.array(Line.min(1).max(63)).max(32).default([]) })
      .refine(({ set, remove }) => Object.keys(set).length + remove.length > 0, 'name at least one label')
      .refine(
        ({ set, remove }) => remove.every((key) => !Object.hasOwn(set, key)),
        'a label is either set or removed',
      ),
    response: Host,
    problems: ['request_refused', 'grant_refused', 'already_so', 'decision_stale'],
  }),
  setHost: route({
    id: 'setHost',
    method: 'POST',
    path: `${org}/hosts/:host/settings`,
    summary: 'Say where clients find a host: address, port, and the host between; null: as its name says',
    access: 'host.change',
    params: oneHost,
    body: z
      .strictObject({
        address: Line.min(1).max(253).nullable().optional(),
        port: z.int().min(1).max(65_535).nullable().optional(),
        jump: Line.min(1).max(253).nullable().optional(),
      })
      .refine((change) => Object.keys(change).length > 0, 'name at least one of address, port and jump'),
    response: Host,
    problems: ['request_refused', 'already_so', 'decision_stale'],
  }),
  approveHost: route({
    id: 'approveHost',
    method: 'POST',
    path: `${org}/hosts/:host/approve`,
    summary: 'Make the changed keys that a host asks for its own; those it had lose their certificates',
    access: 'host.approve',
    params: oneHost,
    /** Every key of the request, in its order: what was looked at is what is approved. */
    body: z.strictObject({ fingerprints: z.array(Fingerprint).min(1).max(8) }),
    response: Host,
    problems: ['host_keys_changed', 'request_refused', 'key_taken', 'decision_stale'],
  }),
  refuseHost: route({
    id: 'refuseHost',
    method: 'POST',
    path: `${org}/hosts/:host/refuse`,
    summary:
      'Refuse the changed keys that somebody asks for in a host’s name; who asks for them again is told so',
    access: 'host.approve',
    params: oneHost,
    body: z.strictObject({ fingerprints: z.array(Fingerprint).min(1).max(8) }),
    response: Host,
    problems: ['host_keys_changed', 'decision_stale'],
  }),
  removeHost: route({
    id: 'removeHost',
    method: 'POST',
    path: `${org}/hosts/:host/remove`,
    summary:
      'End a host: revokes its certificates, ends its tokens, frees its name; with revokeKeys its keys too, for good',
    access: 'host.remove',
    params: oneHost,
    body: z.strictObject({ revokeKeys: z.boolean().default(false) }),
    response: RemovedHost,
    problems: ['in_use', 'decision_stale'],
  }),
} as const;
