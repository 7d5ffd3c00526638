import { isKeyId } from '../key-id.js';
import type { LintRule } from './rule.js';

export const keyIdMalformed: LintRule = {
  code: 'key_id_malformed',
  citation: 'Rule 3: sshd logs the key id unquoted',
  check: ({ keyId }) =>
    isKeyId(keyId)
      ? null
      : 'The key id holds a character that could forge a log line, or has a wrong length.',
};
