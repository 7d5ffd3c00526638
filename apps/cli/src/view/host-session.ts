import type { HostSession } from '@writ/contract';

/** '192.0.2.7', 'no network': sshd on a Unix socket or a vsock */
export const cameFrom = (from: string | null): string => from ?? 'no network';

/** 'role admin', 'certificate 17', 'key SHA256:…', 'unknown' */
export function restsOn({ role, serial, key }: HostSession): string {
  if (role !== null) return `role ${role}`;
  if (serial !== null) return `certificate ${serial}`;
  return key === null ? 'unknown' : `key ${key}`;
}

/** 'ending': its host was told to end it and has not said yet that it did; 'revoked': it rests on what was revoked, and goes on. */
export function stateOf({ ending, revoked }: HostSession): 'ending' | 'revoked' | 'open' {
  if (ending) return 'ending';
  return revoked ? 'revoked' : 'open';
}
