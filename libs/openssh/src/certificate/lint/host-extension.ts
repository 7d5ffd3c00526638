import { knownExtensionNames } from '../extensions.js';
import type { LintRule } from './rule.js';

export const hostExtension: LintRule = {
  code: 'host_extension',
  citation: 'Rule 7; PROTOCOL.certkeys "Extensions": none are defined for hosts',
  check: ({ certificateType, extensions }) =>
    certificateType === 'host' && knownExtensionNames(extensions).length > 0
      ? 'A host certificate carries an extension that is defined for users only.'
      : null,
};
