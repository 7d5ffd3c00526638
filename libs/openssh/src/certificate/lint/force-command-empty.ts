import type { LintRule } from './rule.js';

export const forceCommandEmpty: LintRule = {
  code: 'force_command_empty',
  citation: 'Rule 7; PROTOCOL.certkeys force-command: the command that is run',
  check: ({ criticalOptions }) =>
    criticalOptions.forceCommand === '' ? 'The forced command is empty.' : null,
};
