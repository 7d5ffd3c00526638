import { fail } from '../../errors.js';
import type { Input } from '../../input.js';

/** Which CA is meant: exactly one of --user and --host. */
export function authorityKind(input: Input): 'user' | 'host' {
  if (input.flag('user') === input.flag('host'))
    fail(
      'usage_invalid',
      'Say which CA: --user (it signs people’s certificates) or --host (those of hosts).',
    );
  return input.flag('user') ? 'user' : 'host';
}
