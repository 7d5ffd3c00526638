import { CodedError } from '@writ/kernel';
import type { StorageErrorCode } from './errors.js';
import type { SkippedNumbers } from './restore-numbers.js';

/** Of what day the database is: a backup's, or one that nobody has said. */
export type Day = 'backup' | 'in place';

/** What asks for `skipUnknown`: somebody has to know that 2^32 serials are skipped. */
export function needsConfirmation(
  { skipped }: SkippedNumbers,
  shared: boolean,
  day: Day,
): CodedError<StorageErrorCode> {
  const since = day === 'backup' ? 'since the backup' : 'since the day of this database';
  const unknown = shared
    ? `Other state directories may have used the database ${since}, and the high-water file of this one does ` +
      `not know how far the serials of ${skipped.length} authorities went; confirm`
    : `The high-water file does not know how far the serials of ${skipped.length} authorities went ${since}; ` +
      'put the file back, or confirm';
  return new CodedError<StorageErrorCode>(
    'restore_needs_confirmation',
    `${unknown} with --skip-unknown that 2^32 serials of each be skipped and revoked, and that ` +
      'what was revoked otherwise since then (keys, accounts) is not known any more.',
    { authorities: skipped },
  );
}

/** What asks for `acceptLostRevocations`: revocations were published that are known nowhere any more. */
export function revocationsLost({ lostKrls }: SkippedNumbers, day: Day): CodedError<StorageErrorCode> {
  const [knows, later] =
    day === 'backup'
      ? ['neither this backup nor the database knows', 'use a later backup']
      : ['the database does not know', 'put a later one in its place'];
  const list = [...lostKrls.values()]
    .map(({ organization, first, last }) => `${organization} (versions ${first} to ${last})`)
    .sort()
    .join(', ');
  return new CodedError<StorageErrorCode>(
    'restore_loses_revocations',
    `KRLs were published that ${knows}, of ${list}. ` +
      'Keys revoked and accounts closed since then would be trusted again ' +
      `(certificates since then are revoked): ${later}, or confirm with --accept-lost-revocations and revoke ` +
      'them again.',
    { organizations: [...lostKrls.keys()] },
  );
}
