import { z } from 'zod';

/** Every problem code the API answers with, and its HTTP status. docs/errors.md has cause and cure of each. */
export const problemStatus = {
  request_invalid: 400,
  body_not_json: 400,
  cursor_invalid: 400,
  public_key_invalid: 400,
  sign_in_failed: 401,
  code_required: 401,
  code_wrong: 401,
  access_token_invalid: 401,
  refresh_token_invalid: 401,
  session_ended: 401,
  invitation_invalid: 401,
  join_token_invalid: 401,
  host_token_invalid: 401,
  permission_missing: 403,
  second_factor_required: 403,
  fresh_sign_in_required: 403,
  provider_only: 403,
  people_only: 403,
  request_refused: 403,
  grant_refused: 403,
  not_found: 404,
  method_not_allowed: 405,
  request_timeout: 408,
  name_reserved: 409,
  name_taken: 409,
  names_taken: 409,
  names_in_use: 409,
  key_taken: 409,
  too_many_keys: 409,
  host_name_taken: 409,
  already_so: 409,
  in_use: 409,
  enrolment_missing: 409,
  host_keys_changed: 409,
  delegation_stale: 409,
  last_owner: 409,
  authority_unknown_to_hosts: 409,
  decision_stale: 409,
  challenge_invalid: 409,
  host_removed: 410,
  body_too_large: 413,
  content_type_unsupported: 415,
  expectation_failed: 417,
  proof_invalid: 422,
  idempotency_key_reused: 422,
  password_too_weak: 422,
  role_invalid: 422,
  group_invalid: 422,
  names_invalid: 422,
  revocation_invalid: 422,
  statement_refused: 422,
  too_many_attempts: 429,
  too_many_requests: 429,
  headers_too_large: 431,
  internal_error: 500,
  storage_unavailable: 503,
  storage_full: 503,
  signer_unavailable: 503,
  shutting_down: 503,
  overloaded: 503,
} as const;

export type ProblemCode = keyof typeof problemStatus;

/** One rule that a request failed; refusals list all of them. */
export const Failure = z.strictObject({ rule: z.string(), message: z.string() });
export type Failure = z.infer<typeof Failure>;

/** RFC 9457 problem document. `type` is `urn:writ:problem:<code>`. */
export const Problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  code: z.enum(Object.keys(problemStatus) as [ProblemCode, ...ProblemCode[]]),
  requestId: z.string().optional(),
  failures: z.array(Failure).optional(),
  retryAfterSeconds: z.int().optional(),
});
export type Problem = z.infer<typeof Problem>;
