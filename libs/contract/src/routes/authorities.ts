import { z } from 'zod';
import { Authority, NextAuthority, authorityKeyKinds } from '../resources/authorities.js';
import { Fingerprint, PageQuery, pageOf } from '../values.js';
import { inOrganization, org, route } from './parts.js';

const ofAuthorityKind = z.strictObject({ ...inOrganization.shape, kind: z.enum(['user', 'host']) });

export const authorityRoutes = {
  listAuthorities: route({
    id: 'listAuthorities',
    method: 'GET',
    path: `${org}/authorities`,
    summary: 'The user and host CAs',
    access: 'authority.read',
    params: inOrganization,
    query: z.strictObject(PageQuery),
    response: pageOf(Authority),
    problems: ['cursor_invalid'],
  }),
  createNextAuthority: route({
    id: 'createNextAuthority',
    method: 'POST',
    path: `${org}/authorities/:kind/next`,
    summary: 'Make the CA that is to sign next: hosts and clients learn it from now on',
    access: 'authority.manage',
    params: ofAuthorityKind,
    body: z.strictObject({ keyKind: z.enum(authorityKeyKinds).default('ed25519') }),
    response: Authority,
    status: 201,
    problems: ['already_so', 'decision_stale'],
  }),
  showNextAuthority: route({
    id: 'showNextAuthority',
    method: 'GET',
    path: `${org}/authorities/:kind/next`,
    summary: 'The CA that is to sign next, and which hosts do not know it yet',
    access: 'authority.read',
    params: ofAuthorityKind,
    response: NextAuthority,
  }),
  activateAuthority: route({
    id: 'activateAuthority',
    method: 'POST',
    path: `${org}/authorities/:kind/next/activate`,
    summary: 'Let the next CA sign; the one that did is believed until its certificates have ended',
    access: 'authority.manage',
    params: ofAuthorityKind,
    body: z.strictObject({ fingerprint: Fingerprint, despiteUnaware: z.boolean().default(false) }),
    response: Authority,
    problems: ['authority_unknown_to_hosts', 'decision_stale'],
  }),
  retireNextAuthority: route({
    id: 'retireNextAuthority',
    method: 'DELETE',
    path: `${org}/authorities/:kind/next`,
    summary: 'Give up the CA that waits: it never signs',
    access: 'authority.manage',
    params: ofAuthorityKind,
    status: 204,
    problems: ['decision_stale'],
  }),
} as const;
