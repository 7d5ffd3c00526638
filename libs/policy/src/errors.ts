/** Every code that this library's errors carry. Refusals are values, not errors: see failure.ts. */
export const policyErrorCodes = ['host_name_invalid', 'name_pattern_invalid'] as const;
export type PolicyErrorCode = (typeof policyErrorCodes)[number];
