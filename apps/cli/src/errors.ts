import { CodedError } from '@writ/kernel';
import { exitStatus, type ExitStatus } from './exit-status.js';

/** Every code that the command line's own errors carry, and the exit status it ends in. */
export const cliErrorStatus = {
  usage_invalid: exitStatus.usage,
  file_unreadable: exitStatus.failed,
  file_unwritable: exitStatus.failed,
  file_refused: exitStatus.failed,
  configuration_malformed: exitStatus.failed,
  password_too_weak: exitStatus.refused,
  secret_missing: exitStatus.secretMissing,
  not_signed_in: exitStatus.notSignedIn,
  session_locked: exitStatus.tryAgain,
  server_address_refused: exitStatus.usage,
  server_unreachable: exitStatus.unreachable,
  answer_lost: exitStatus.unreachable,
  answer_unexpected: exitStatus.unreachable,
  tls_untrusted: exitStatus.unreachable,
  tls_pin_mismatch: exitStatus.unreachable,
  ssh_keygen_missing: exitStatus.failed,
  ssh_keygen_failed: exitStatus.failed,
  agent_refused: exitStatus.failed,
  certificate_not_ours: exitStatus.usage,
  nothing_waits: exitStatus.conflict,
  organization_unknown: exitStatus.notFound,
  krl_older: exitStatus.failed,
  krl_refused: exitStatus.failed,
  specification_malformed: exitStatus.usage,
  trust_bundle_refused: exitStatus.failed,
  service_missing: exitStatus.failed,
  cancelled: exitStatus.cancelled,
} as const satisfies Record<string, ExitStatus>;

export type CliErrorCode = keyof typeof cliErrorStatus;

/** The command line's own error: `message` is one sentence that says what is wrong and what to do. */
export function cliError(
  code: CliErrorCode,
  message: string,
  details: Readonly<Record<string, unknown>> = {},
  cause?: unknown,
): CodedError<CliErrorCode> {
  return new CodedError<CliErrorCode>(code, message, details, cause === undefined ? {} : { cause });
}

/** Throws what `cliError` makes. */
export function fail(...about: Parameters<typeof cliError>): never {
  throw cliError(...about);
}

/** A message of the operating system, without the path and the call that Node adds to it. */
export function systemReason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const known: Readonly<Record<string, string>> = {
    ENOENT: 'no such file or directory',
    EACCES: 'permission denied',
    EPERM: 'not permitted',
    EISDIR: 'it is a directory',
    ENOTDIR: 'part of the path is not a directory',
    ENOSPC: 'no space left on the disk',
    EROFS: 'the file system is read-only',
    EEXIST: 'it exists already',
  };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return known[code] ?? error.message;
}
