import type { Caller } from '../caller.js';
import { met, unmet, type Outcome } from '../outcome.js';

/** Signing a host key takes the permission 'host.sign'. */
export function maySignHosts(caller: Caller): Outcome<null> {
  if (caller.permissions.has('host.sign')) return met(null);
  return unmet({ rule: 'permission_missing', message: 'Signing host keys takes the permission host.sign.' });
}
