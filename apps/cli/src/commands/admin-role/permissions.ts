import { permissions, type Permission } from '@writ/contract';
import { fail } from '../../errors.js';
import type { Input } from '../../input.js';

/** The permissions that `--permission` names, each once: 'usage_invalid' for one that there is not. */
export function permissionsOf(input: Input): Permission[] {
  const words = input.values('permission').flatMap((value) => value.split(','));
  const named = words.map((word) => word.trim()).filter((word) => word !== '');
  if (named.length === 0) fail('usage_invalid', 'Say what it permits: --permission user.read,user.reset.');
  const unknown = named.find((word) => !permissions.some((permission) => permission === word));
  if (unknown !== undefined)
    fail(
      'usage_invalid',
      `There is no permission ${unknown}; \`writ admin-role show owner\` lists all there are.`,
    );
  return permissions.filter((permission) => named.includes(permission));
}
