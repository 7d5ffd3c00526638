import { fail } from './errors.js';
import type { Input } from './input.js';
import { shortName, userName } from './names.js';

/** Whom a role is granted to or taken from: a user, or else a group. 'usage_invalid' where it is neither or both. */
export function roleSubject(
  input: Input,
):
  | { readonly user: string; readonly group?: undefined }
  | { readonly user?: undefined; readonly group: string } {
  const user = input.argument('user');
  const group = input.option('group');
  if ((user === '') === (group === undefined))
    fail('usage_invalid', 'Name either a user, or a group with --group.');
  return group === undefined ? { user: userName(user) } : { group: shortName(group) };
}
