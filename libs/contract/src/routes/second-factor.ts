import { z } from 'zod';
import { Organization } from '../resources/organizations.js';
import {
  RecoveryCodes,
  SecondFactor,
  SecondFactorAdded,
  SecondFactorEnrolment,
} from '../resources/second-factor.js';
import { User } from '../resources/users.js';
import { OrganizationHandle, Password, SecondFactorCode, UserName } from '../values.js';
import { inOrganization, org, route } from './parts.js';

export const secondFactorRoutes = {
  showSecondFactor: route({
    id: 'showSecondFactor',
    method: 'GET',
    path: '/v1/second-factor',
    summary: "The caller's own second factor",
    access: 'session',
    response: SecondFactor,
  }),
  startSecondFactor: route({
    id: 'startSecondFactor',
    method: 'POST',
    path: '/v1/second-factor/start',
    summary: 'Begin to set up a second factor (TOTP); the answer holds its secret',
    access: 'session',
    // Not needed within minutes of signing in.
    body: z.strictObject({ password: Password.optional() }),
    response: SecondFactorEnrolment,
    status: 201,
    problems: ['people_only', 'fresh_sign_in_required', 'sign_in_failed', 'already_so', 'too_many_attempts'],
  }),
  confirmSecondFactor: route({
    id: 'confirmSecondFactor',
    method: 'POST',
    path: '/v1/second-factor/confirm',
    summary:
      'Show a code of the new second factor, which counts from then on; the answer holds the recovery codes',
    access: 'session',
    body: z.strictObject({ code: SecondFactorCode }),
    response: SecondFactorAdded,
    status: 201,
    problems: ['enrolment_missing', 'code_wrong', 'already_so', 'too_many_attempts'],
  }),
  replaceRecoveryCodes: route({
    id: 'replaceRecoveryCodes',
    method: 'POST',
    path: '/v1/second-factor/codes',
    summary: 'New recovery codes; the old ones are worth nothing any more',
    access: 'session',
    body: z.strictObject({ code: SecondFactorCode }),
    response: RecoveryCodes,
    status: 201,
    problems: ['code_wrong', 'already_so', 'too_many_attempts'],
  }),
  removeSecondFactor: route({
    id: 'removeSecondFactor',
    method: 'POST',
    path: '/v1/second-factor/remove',
    summary: "Remove one's own second factor, by a code of it",
    access: 'session',
    body: z.strictObject({ code: SecondFactorCode }),
    status: 204,
    problems: ['code_wrong', 'already_so', 'too_many_attempts'],
  }),
  requireSecondFactor: route({
    id: 'requireSecondFactor',
    method: 'POST',
    path: `${org}/second-factor`,
    summary: 'Say whether everybody in the organization needs a second factor',
    access: 'organization.change',
    params: inOrganization,
    body: z.strictObject({ required: z.boolean() }),
    response: Organization,
    problems: ['second_factor_required', 'already_so', 'decision_stale'],
  }),
  forgetSecondFactor: route({
    id: 'forgetSecondFactor',
    method: 'POST',
    path: `${org}/users/:user/second-factor/remove`,
    summary: "Remove a person's second factor, which they have lost; ends their sessions",
    access: 'user.reset',
    params: z.strictObject({ organization: OrganizationHandle, user: UserName }),
    response: User,
    problems: ['grant_refused', 'already_so', 'decision_stale'],
  }),
} as const;
