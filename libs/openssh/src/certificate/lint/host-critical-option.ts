import type { LintRule } from './rule.js';

export const hostCriticalOption: LintRule = {
  code: 'host_critical_option',
  citation: 'Rule 7: no critical options for hosts; PROTOCOL.certkeys "Critical options"',
  check: ({ certificateType, criticalOptions: { forceCommand, sourceAddress, verifyRequired } }) =>
    certificateType === 'host' &&
    (forceCommand !== undefined || sourceAddress !== undefined || verifyRequired !== undefined)
      ? 'A host certificate carries a critical option, which is defined for users only.'
      : null,
};
