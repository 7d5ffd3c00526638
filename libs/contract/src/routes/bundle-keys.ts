import { z } from 'zod';
import { BundleKey } from '../resources/bundle-keys.js';
import { Fingerprint } from '../values.js';
import { inOrganization, org, route } from './parts.js';

export const bundleKeyRoutes = {
  listBundleKeys: route({
    id: 'listBundleKeys',
    method: 'GET',
    path: `${org}/bundle-keys`,
    summary: 'The keys that sign bundles for hosts, oldest first, and which hosts do not know them',
    access: 'host.read',
    params: inOrganization,
    response: z.strictObject({ items: z.array(BundleKey) }),
  }),
  announceBundleKey: route({
    id: 'announceBundleKey',
    method: 'POST',
    path: `${org}/bundle-keys`,
    summary: 'Make the next key for bundles, and announce it in every bundle',
    access: 'authority.manage',
    params: inOrganization,
    response: BundleKey,
    status: 201,
    problems: ['already_so', 'decision_stale'],
  }),
  activateBundleKey: route({
    id: 'activateBundleKey',
    method: 'POST',
    path: `${org}/bundle-keys/activate`,
    summary: 'Sign bundles with the next key from now on, and retire the one before',
    access: 'authority.manage',
    params: inOrganization,
    body: z.strictObject({
      fingerprint: Fingerprint,
      /** Also where hosts do not know it yet; each of them will have to be told by hand. */
      anyway: z.boolean().default(false),
    }),
    response: BundleKey,
    problems: ['request_refused', 'already_so', 'decision_stale'],
  }),
  retireBundleKey: route({
    id: 'retireBundleKey',
    method: 'POST',
    path: `${org}/bundle-keys/retire`,
    summary: 'Take the announcement of the next key back, for good',
    access: 'authority.manage',
    params: inOrganization,
    body: z.strictObject({ fingerprint: Fingerprint }),
    response: BundleKey,
    problems: ['request_refused', 'already_so', 'decision_stale'],
  }),
} as const;
