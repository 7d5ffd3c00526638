import type { ServiceAccount } from '@writ/contract';
import { strong, type Line } from '../terminal/text.js';
import { field, instant } from './fields.js';
import { stateOf } from './user.js';

export function describeServiceAccount(account: ServiceAccount): readonly Line[] {
  const { name, administrativeRole, createdAt, keys } = account;
  return [
    field('service account', [strong(name)]),
    field('state', stateOf(account)),
    field('may', administrativeRole),
    field('created', instant(createdAt)),
    ...(keys.length === 0 ? [field('keys', 'none: nobody can sign in')] : []),
    ...keys.flatMap((key, index) => [
      field(index === 0 ? 'keys' : '', `${key.fingerprint} ${key.comment}`.trim()),
      field(
        '',
        `registered by ${key.addedBy} ${instant(key.addedAt)}, ` +
          (key.lastUsedAt === null ? 'never used' : `last used ${instant(key.lastUsedAt)}`),
      ),
      ...(key.opens
        ? []
        : [
            field(
              '',
              `opens nothing: ${key.addedBy} may not register it any more; whoever may registers it again to keep it`,
            ),
          ]),
    ]),
  ];
}
