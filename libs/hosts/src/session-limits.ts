import { roleWord, selects, type Labels } from '@writ/policy';
import type { BundleFile } from './bundle.js';
import type { HostRole } from './principals-on.js';

/**
 * The file that says how long sessions may last on a host with these labels (docs/host-protocol.md): `role:<handle> <seconds> <name>` of each role
 * that chooses it and has a limit, by handle. Null where none has.
 */
export function sessionLimitsFile(roles: readonly HostRole[], labels: Labels): BundleFile | null {
  const lines = roles.flatMap(({ handle, name, selector, maxSessionSeconds }) =>
    selector === null || maxSessionSeconds === null || !selects(selector, labels)
      ? []
      : [`${roleWord(handle)} ${maxSessionSeconds} ${name}\n`],
  );
  return lines.length === 0 ? null : { name: 'session_limits', text: lines.sort().join('') };
}
