import { z } from 'zod';
import { LockRequest, LockResult, UnlockResult } from '../resources/locks.js';
import { UserName } from '../values.js';
import { inOrganization, org, route } from './parts.js';

export const lockRoutes = {
  lockAccount: route({
    id: 'lockAccount',
    method: 'POST',
    path: `${org}/locks`,
    summary:
      'Lock an account for a while: nobody acts as it, hosts refuse its certificates and keys; ends by itself',
    access: 'certificate.revoke',
    params: inOrganization,
    body: LockRequest,
    response: LockResult,
    status: 201,
    problems: ['already_so', 'lock_unconfirmed', 'grant_refused', 'decision_stale'],
  }),
  unlockAccount: route({
    id: 'unlockAccount',
    method: 'POST',
    path: `${org}/unlocks`,
    summary: 'End the lock of an account before its time',
    access: 'certificate.revoke',
    params: inOrganization,
    body: z.strictObject({ user: UserName }),
    response: UnlockResult,
    status: 201,
    problems: ['already_so', 'grant_refused', 'decision_stale'],
  }),
} as const;
